-- A log: all rows of a rule set are added when it goes live, which is when its hash is another than that of the last.

with rule_set as (
    select * from {{ ref('int_scoring__rule_set') }}
),

latest as (
    {% if is_incremental() %}
    select set_number, min(rule_set_hash) as rule_set_hash
    from {{ this }}
    where set_number = (select max(set_number) from {{ this }})
    group by set_number
    {% else %}
    select 0 as set_number, rule_set_hash from rule_set where 1 = 0
    {% endif %}
)

select
    coalesce(latest.set_number, 0) + 1 as set_number,
    rule_set.rule_set_hash,
    {{ as_of() }} as live_from,
    rows_of_set.kind,
    rows_of_set.row_key,
    rows_of_set.definition,
    rows_of_set.valid_from,
    rows_of_set.valid_to
from {{ ref('int_scoring__rule_rows') }} as rows_of_set
cross join rule_set
left join latest on 1 = 1
where latest.rule_set_hash is null or latest.rule_set_hash != rule_set.rule_set_hash
