-- The entry that each change of a score makes in the log: the lines that differ, each with its cause. The differences of a
-- lead up to a moment add up to the score that it had then.

with differing as (
    select * from {{ ref('int_scoring__line_differences') }}
),

rule_rows as (
    select * from {{ ref('int_scoring__line_rules') }}
),

features as (
    select distinct features.lead_id, features.feature
    from {{ ref('int_scoring__features') }} as features
    inner join differing on features.lead_id = differing.lead_id and features.as_of = differing.as_of
),

held as (
    select distinct hits.lead_id, hits.rule_id
    from {{ ref('int_scoring__rule_hits') }} as hits
    inner join differing on hits.lead_id = differing.lead_id and hits.as_of = differing.as_of
),

merged as (
    select distinct lead_id from {{ ref('log_identity_decisions') }}
    where method in ('merge', 'split') and decided_at = {{ as_of() }}
),

caused as (
    select
        differing.*,
        case
            when differing.earlier_number is null then 'first score'
            when
                coalesce(rule_then.definition, '') != coalesce(rule_now.definition, '')
                or ({{ rule_in_force('rule_then', 'differing.earlier_at') }})
                != ({{ rule_in_force('rule_now', 'differing.as_of') }})
                then 'rule change'
            when coalesce(champion_then.definition, '') != coalesce(champion_now.definition, '') then 'rule change'
            when differing.kind not in ('rule', 'model') then cast(null as string)
            when differing.kind = 'model'
                then case
                    when catalogue.kind in ('trait', 'own', 'answer') then 'data fix'
                    when differing.points > differing.earlier_points then 'event'
                    else 'decay'
                end
            when differing.earlier_points != 0 and differing.points != 0
                then case when abs(differing.points) > abs(differing.earlier_points) then 'event' else 'decay' end
            when coalesce(words_then.definition, '') != coalesce(words_now.definition, '') then 'rule change'
            when merged.lead_id is not null then 'data fix'
            when catalogue.kind = 'recency'
                then case when differing.points > differing.earlier_points then 'event' else 'decay' end
            when catalogue.kind = 'trait' and catalogue.value_type = 'number' and catalogue.known_when = 'seen'
                then case when differing.earlier_points = 0 then 'event' else 'data fix' end
            when catalogue.kind = 'trait' then 'data fix'
            when differing.earlier_points = 0 then 'event'
            when held.lead_id is not null or catalogue.kind in ('signal_window', 'account') then 'decay'
            when features.lead_id is not null then 'event'
            else 'data fix'
        end as own_cause
    from differing
    left join {{ ref('feature_catalogue') }} as catalogue on differing.feature = catalogue.feature
    {% for name, hash, key in [
        ('rule_then', 'earlier_hash', 'line_key'), ('rule_now', 'rule_set_hash', 'line_key'),
        ('words_then', 'earlier_hash', 'feature'), ('words_now', 'rule_set_hash', 'feature'),
    ] %}
    left join rule_rows as {{ name }}
        on
            differing.{{ hash }} = {{ name }}.rule_set_hash
            and differing.{{ key }} = {{ name }}.row_key
            and {{ name }}.kind = {{ "'words'" if key == 'feature' else 'differing.kind' }}
    {% endfor %}
    {% for name, hash, moment in [
        ('champion_then', 'earlier_hash', 'earlier_at'), ('champion_now', 'rule_set_hash', 'as_of'),
    ] %}
    left join rule_rows as {{ name }}
        on
            differing.{{ hash }} = {{ name }}.rule_set_hash
            and {{ name }}.kind = 'champion'
            and {{ rule_in_force(name, 'differing.' ~ moment) }}
    {% endfor %}
    left join features on differing.lead_id = features.lead_id and differing.feature = features.feature
    left join held on differing.lead_id = held.lead_id and differing.line_key = held.rule_id and differing.kind = 'rule'
    left join merged on differing.lead_id = merged.lead_id
),

-- Caps, rounding and limits follow from what moved the dimension most.
main_causes as (
    select
        lead_id,
        dimension,
        own_cause,
        row_number() over (
            partition by lead_id, dimension order by sum(abs(points - earlier_points)) desc, own_cause
        ) as place
    from caused
    where own_cause is not null
    group by lead_id, dimension, own_cause
)

select
    caused.lead_id,
    coalesce(caused.earlier_number, 0) + 1 as change_number,
    caused.as_of as changed_at,
    caused.dimension,
    caused.kind,
    caused.line_key,
    caused.feature,
    caused.label,
    cast(caused.earlier_points as decimal(12, 2)) as earlier_points,
    cast(caused.points as decimal(12, 2)) as points,
    cast(caused.points - caused.earlier_points as decimal(12, 2)) as difference,
    coalesce(caused.own_cause, main_causes.own_cause, 'rule change') as cause,
    caused.rule_set_hash
from caused
left join main_causes
    on caused.lead_id = main_causes.lead_id and caused.dimension = main_causes.dimension and main_causes.place = 1
