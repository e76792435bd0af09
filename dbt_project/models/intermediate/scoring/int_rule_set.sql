-- One row: a hash of every row that a score, a grade or a play comes from. Rules that are no longer or not yet valid
-- count too: the same hash gives the same score on any day.

with parts as (
    select
        concat(
            'rule|', rule_id, '|', dimension, '|', signal_group, '|', feature, '|', operator, '|', coalesce(value, ''),
            '|', cast(points as string), '|', coalesce(cast(half_life_days as string), ''), '|',
            coalesce(cast(valid_from as string), ''), '|', coalesce(cast(valid_to as string), '')
        ) as part
    from {{ ref('score_rules') }}
    union all
    select concat('group|', dimension, '|', signal_group, '|', cast(cap as string)) as part
    from {{ ref('score_groups') }}
    union all
    select
        concat(
            'dimension|', dimension, '|', cast(min_points as string), '|', cast(max_points as string), '|',
            cast(medium_from as string), '|', cast(high_from as string)
        ) as part
    from {{ ref('score_dimensions') }}
    union all
    select
        concat(
            'grade|', fit_band, '|', intent_band, '|', grade, '|', play, '|', next_action, '|',
            coalesce(cast(sla_minutes as string), '')
        ) as part
    from {{ ref('grades') }}
)

select {{ dbt.hash(dbt.listagg('part', "';'", 'order by part')) }} as rule_set_hash
from parts
