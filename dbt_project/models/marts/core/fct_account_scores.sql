{% set features = [
    'company_people_count', 'engaged_people_count', 'account_activity_last_14_days', 'buying_roles_seen_count',
    'buying_roles_missing_count',
] %}

with features as (
    select
        account_id,
        {% for feature in features %}
        cast(max(case when feature = '{{ feature }}' then number_value end) as bigint) as {{ feature }},
        {% endfor %}
        max(case when feature = 'account_surge_ratio' then number_value end) as account_surge_ratio,
        max(case when feature = 'buying_group_percent' then number_value end) as buying_group_percent
    from {{ ref('int_scoring__account_features') }}
    where as_of = {{ as_of() }}
    group by account_id
),

leads as (
    select accounts.account_id, max(scores.score) as best_lead_score
    from {{ ref('int_accounts__of_leads') }} as accounts
    inner join {{ ref('fct_lead_scores') }} as scores on accounts.lead_id = scores.lead_id
    where accounts.place = 1
    group by accounts.account_id
)

select
    scores.account_id,
    {{ as_of() }} as as_of,
    scores.account_raw,
    scores.account_rounded,
    scores.account_score,
    scores.account_band,
    scores.account_grade,
    {% for feature in features %}
    features.{{ feature }},
    {% endfor %}
    features.account_surge_ratio,
    features.buying_group_percent,
    leads.best_lead_score
from {{ ref('int_scoring__account_scores') }} as scores
inner join features on scores.account_id = features.account_id
left join leads on scores.account_id = leads.account_id
