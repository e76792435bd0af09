{% set word_lists = {
    'job_level': 'job_titles', 'job_function': 'job_titles', 'country': 'countries', 'region': 'countries',
    'is_free_mail': 'free_mail_domains', 'is_role_address': 'role_addresses', 'is_nonsense': 'nonsense_words',
    'company_kind': 'company_domains', 'company_name': 'placeholder_words',
} %}

-- The rows of each rule set that stand behind a line of a sum: its own, and the word list of its feature.

with listed as (
    select feature, 'signal_patterns' as seed
    from {{ ref('feature_catalogue') }}
    where signal is not null
    {% for feature, seed in word_lists.items() %}
    union all
    select '{{ feature }}' as feature, '{{ seed }}' as seed
    {% endfor %}
)

select distinct
    rule_sets.rule_set_hash,
    rule_sets.definition,
    rule_sets.valid_from,
    rule_sets.valid_to,
    case rule_sets.kind when 'group' then 'group_cap' when 'dimension' then 'clamp' else rule_sets.kind end as kind,
    case when rule_sets.kind = 'words' then listed.feature else rule_sets.row_key end as row_key
from {{ ref('log_rule_sets') }} as rule_sets
left join listed on rule_sets.kind = 'words' and rule_sets.row_key = listed.seed
