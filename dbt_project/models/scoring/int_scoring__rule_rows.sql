{% set lookups = {
    'answer_fields': ['crm', 'object', 'field', 'topic'],
    'buying_roles': ['priority', 'role', 'job_level', 'job_function', 'is_wanted'],
    'company_domains': ['domain', 'kind'],
    'countries': ['spelling', 'country', 'region'],
    'feature_catalogue': ['feature', 'known_when', 'decays', 'is_hand_raise', 'signal', 'measure', 'window_days'],
    'free_mail_domains': ['domain'],
    'job_titles': ['priority', 'kind', 'word', 'value'],
    'nonsense_words': ['field', 'word'],
    'lead_sources': ['crm', 'value', 'channel'],
    'next_actions': ['priority', 'grade', 'feature', 'operator', 'value', 'next_action', 'needs_email'],
    'plays': ['play', 'without_email', 'without_request', 'next_action'],
    'placeholder_words': ['word', 'real_for'],
    'question_sets': ['framework', 'place', 'topic', 'question', 'is_asked'],
    'role_addresses': ['local_part'],
    'stages': ['stage', 'play', 'next_action'],
    'signal_patterns': ['priority', 'kind', 'word', 'signal'],
    'subject_patterns': ['kind', 'word'],
} %}

-- What decides a score, a grade or a segment, row by row, spelled as one text each. Rows that are no longer or not
-- yet valid count too. Of the long word lists there is one row each, with a hash of all its words.

select
    'rule' as kind,
    rule_id as row_key,
    concat(
        dimension, '|', signal_group, '|', feature, '|', operator, '|', coalesce(value, ''), '|',
        cast(points as string), '|', coalesce(cast(half_life_days as string), '')
    ) as definition,
    valid_from,
    valid_to
from {{ ref('score_rules') }}

union all

select
    'group' as kind,
    signal_group as row_key,
    concat(dimension, '|', cast(cap as string)) as definition,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from {{ ref('score_groups') }}

union all

select
    'dimension' as kind,
    dimension as row_key,
    concat(
        cast(min_points as string), '|', cast(max_points as string), '|', threshold_kind, '|',
        cast(medium_from as string), '|', cast(high_from as string)
    ) as definition,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from {{ ref('score_dimensions') }}

union all

select
    'grade' as kind,
    concat(fit_band, '/', intent_band) as row_key,
    concat(
        grade, '|', play, '|', next_action, '|', coalesce(cast(sla_minutes as string), '')
    ) as definition,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from {{ ref('grades') }}

union all

select
    'segment' as kind,
    segment_id as row_key,
    {{ dbt.listagg(
        "concat(feature, '|', operator, '|', coalesce(value, ''))", "';'", 'order by condition_number'
    ) }} as definition,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from {{ ref('segments') }}
group by segment_id

union all

select
    'champion' as kind,
    concat(model_id, '/', coalesce(cast(valid_from as string), '')) as row_key,
    model_id as definition,
    valid_from,
    valid_to
from {{ ref('score_champions') }}

{% for seed, columns in lookups.items() %}
union all

select
    'words' as kind,
    '{{ seed }}' as row_key,
    {%- set cells = [] %}
    {%- for column in columns %}{% do cells.append("coalesce(cast(" ~ column ~ " as string), '')") %}{% endfor %}
    {%- set line = "concat(" ~ cells | join(", '|', ") ~ ")" %}
    {{ dbt.hash(dbt.listagg(line, "';'", 'order by ' ~ line)) }} as definition,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from {{ ref(seed) }}
having count(*) > 0

{% endfor %}
