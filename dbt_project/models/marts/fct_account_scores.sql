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
    from {{ ref('int_account_features') }}
    where as_of = {{ as_of() }}
    group by account_id
),

sums as (
    select
        account_id,
        sum(case when kind = 'rule' then points else 0 end) as raw_points,
        sum(case when kind != 'clamp' then points else 0 end) as rounded_points,
        sum(points) as points
    from {{ ref('fct_account_score_contributions') }}
    group by account_id
),

leads as (
    select accounts.account_id, max(scores.score) as best_lead_score
    from {{ ref('int_lead_accounts') }} as accounts
    inner join {{ ref('fct_lead_scores') }} as scores on accounts.lead_id = scores.lead_id
    where accounts.place = 1
    group by accounts.account_id
)

select
    features.account_id,
    {{ as_of() }} as as_of,
    cast(coalesce(sums.raw_points, 0) as decimal(12, 2)) as account_raw,
    cast(coalesce(sums.rounded_points, 0) as integer) as account_rounded,
    cast(coalesce(sums.points, 0) as integer) as account_score,
    case
        when coalesce(sums.points, 0) >= dimensions.high_from then 'high'
        when coalesce(sums.points, 0) >= dimensions.medium_from then 'medium'
        else 'low'
    end as account_band,
    {% for feature in features %}
    features.{{ feature }},
    {% endfor %}
    features.account_surge_ratio,
    features.buying_group_percent,
    leads.best_lead_score
from features
inner join {{ ref('score_dimensions') }} as dimensions on dimensions.dimension = 'account'
left join sums on features.account_id = sums.account_id
left join leads on features.account_id = leads.account_id
