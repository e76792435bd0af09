{% set word_lists = {
    'job_level': 'job_titles', 'job_function': 'job_titles', 'country': 'countries', 'region': 'countries',
    'is_free_mail': 'free_mail_domains', 'is_role_address': 'role_addresses', 'is_nonsense': 'nonsense_words',
    'company_kind': 'company_domains', 'company_name': 'placeholder_words',
} %}

-- A log: when a lead's fit or intent score is another than in its last entry, the lines of the sum that differ, each
-- with its cause. The differences of a lead up to a moment add up to the score that it had then.

with scores as (
    select lead_id, as_of, rule_set_hash from {{ ref('int_scoring__current_scores') }}
),

lines as (
    select
        lead_id,
        dimension,
        kind,
        coalesce(rule_id, signal_group, dimension) as line_key,
        max(feature) as feature,
        max(label) as label,
        sum(points) as points
    from {{ ref('int_scoring__current_contributions') }}
    group by lead_id, dimension, kind, coalesce(rule_id, signal_group, dimension)
),

earlier_lines as (
    {% if is_incremental() %}
    select lead_id, dimension, kind, line_key, max(feature) as feature, max(label) as label, sum(difference) as points
    from {{ this }}
    group by lead_id, dimension, kind, line_key
    {% else %}
    select * from lines where 1 = 0
    {% endif %}
),

earlier as (
    {% if is_incremental() %}
    select distinct entries.lead_id, entries.change_number, entries.changed_at, entries.rule_set_hash
    from {{ this }} as entries
    inner join (
        select lead_id, max(change_number) as change_number from {{ this }} group by lead_id
    ) as newest
        on entries.lead_id = newest.lead_id and entries.change_number = newest.change_number
    {% else %}
    select lead_id, 0 as change_number, as_of as changed_at, rule_set_hash from scores where 1 = 0
    {% endif %}
),

compared as (
    select
        coalesce(lines.lead_id, earlier_lines.lead_id) as lead_id,
        coalesce(lines.dimension, earlier_lines.dimension) as dimension,
        coalesce(lines.kind, earlier_lines.kind) as kind,
        coalesce(lines.line_key, earlier_lines.line_key) as line_key,
        coalesce(lines.feature, earlier_lines.feature) as feature,
        coalesce(lines.label, earlier_lines.label) as label,
        coalesce(earlier_lines.points, 0) as earlier_points,
        coalesce(lines.points, 0) as points
    from lines
    full outer join earlier_lines
        on
            lines.lead_id = earlier_lines.lead_id
            and lines.dimension = earlier_lines.dimension
            and lines.kind = earlier_lines.kind
            and lines.line_key = earlier_lines.line_key
),

moved as (
    select distinct lead_id
    from (
        select lead_id, dimension from compared group by lead_id, dimension having sum(points - earlier_points) != 0
    ) as dimensions
),

changed as (
    select
        scores.lead_id,
        scores.as_of,
        scores.rule_set_hash,
        earlier.change_number,
        earlier.changed_at,
        earlier.rule_set_hash as earlier_hash
    from scores
    left join earlier on scores.lead_id = earlier.lead_id
    left join moved on scores.lead_id = moved.lead_id
    where earlier.lead_id is null or moved.lead_id is not null
),

-- A lead without any line gets one that says so, to be known from then on.
differing as (
    select
        changed.*,
        compared.dimension,
        coalesce(compared.kind, 'none') as kind,
        compared.line_key,
        compared.feature,
        coalesce(compared.label, 'Nothing known yet') as label,
        coalesce(compared.earlier_points, 0) as earlier_points,
        coalesce(compared.points, 0) as points
    from changed
    left join compared on changed.lead_id = compared.lead_id and compared.points != compared.earlier_points
),

listed as (
    select feature, 'signal_patterns' as seed
    from {{ ref('feature_catalogue') }}
    where signal is not null
    {% for feature, seed in word_lists.items() %}
    union all
    select '{{ feature }}' as feature, '{{ seed }}' as seed
    {% endfor %}
),

-- The rows of the rule sets of then and now that stand behind a line: its own, and the word list of its feature.
rule_rows as (
    select distinct
        rule_sets.rule_set_hash,
        rule_sets.definition,
        rule_sets.valid_from,
        rule_sets.valid_to,
        case rule_sets.kind when 'group' then 'group_cap' when 'dimension' then 'clamp' else rule_sets.kind end as kind,
        case when rule_sets.kind = 'words' then listed.feature else rule_sets.row_key end as row_key
    from {{ ref('log_rule_sets') }} as rule_sets
    left join listed on rule_sets.kind = 'words' and rule_sets.row_key = listed.seed
),

features as (
    select distinct features.lead_id, features.feature
    from {{ ref('int_scoring__features') }} as features
    inner join changed on features.lead_id = changed.lead_id and features.as_of = changed.as_of
),

held as (
    select distinct hits.lead_id, hits.rule_id
    from {{ ref('int_scoring__rule_hits') }} as hits
    inner join changed on hits.lead_id = changed.lead_id and hits.as_of = changed.as_of
),

merged as (
    select distinct lead_id from {{ ref('log_identity_decisions') }}
    where method in ('merge', 'split') and decided_at = {{ as_of() }}
),

caused as (
    select
        differing.*,
        case
            when differing.change_number is null then 'first score'
            when
                coalesce(rule_then.definition, '') != coalesce(rule_now.definition, '')
                or ({{ rule_in_force('rule_then', 'differing.changed_at') }})
                != ({{ rule_in_force('rule_now', 'differing.as_of') }})
                then 'rule change'
            when differing.kind != 'rule' then cast(null as string)
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
    coalesce(caused.change_number, 0) + 1 as change_number,
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
