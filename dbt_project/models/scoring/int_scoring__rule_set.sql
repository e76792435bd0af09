-- One row: a hash of every row that a score, a grade, a play or a segment comes from, so that the same hash gives the
-- same score to the same lead on any day.

with parts as (
    select
        concat(
            kind, '|', row_key, '|', definition, '|', coalesce(cast(valid_from as string), ''), '|',
            coalesce(cast(valid_to as string), '')
        ) as part
    from {{ ref('int_scoring__rule_rows') }}
)

select {{ dbt.hash(dbt.listagg('part', "';'", 'order by part')) }} as rule_set_hash
from parts
