-- Every lead that needs an owner, with each rule that fits it in order, and after them the pool of everyone. A pool
-- counts only where it has somebody who is there, with an account in each CRM that the lead is in; everyone counts
-- always.

with requests as (
    select
        candidates.lead_id,
        candidates.has_hubspot,
        candidates.has_salesforce,
        candidates.barred_reps,
        scores.grade,
        coalesce(scores.sla_minutes <= {{ routing_policy('urgent_minutes') }}, false) as is_urgent,
        weights.weight as lead_weight
    from {{ ref('int_owner_candidates') }} as candidates
    inner join {{ ref('int_scores') }} as scores on candidates.lead_id = scores.lead_id and scores.is_current
    inner join {{ ref('load_weights') }} as weights on scores.grade = weights.kind
    where candidates.decision in ('route', 'reassign', 'reopen')
),

rules as (
    {{ conditions_of(ref('routing_rules')) }}
),

looked_at as (
    select
        features.lead_id,
        features.feature,
        features.number_value,
        lower(features.text_value) as lower_value,
        {{ words_of('features.text_value') }} as words
    from {{ ref('int_features') }} as features
    inner join {{ ref('int_scoring_moments') }} as moments
        on features.lead_id = moments.lead_id and features.as_of = moments.as_of and moments.is_current
    where features.feature in (select feature from {{ ref('routing_rules') }})
),

matches as (
    select distinct requests.lead_id, rules.priority, rules.rule_id, rules.pool, rules.reason
    from requests
    inner join looked_at on requests.lead_id = looked_at.lead_id
    inner join rules
        on
            looked_at.feature = rules.feature
            and (rules.grade is null or rules.grade = requests.grade)
            and {{ condition_holds('looked_at', 'rules') }}
    union all
    select
        lead_id,
        1000000 as priority,
        cast(null as string) as rule_id,
        'everyone' as pool,
        'No rule fits' as reason
    from requests
),

coverage as (
    select
        matches.lead_id,
        matches.priority,
        max(
            case when requests.has_hubspot and members.can_hubspot then 1 else 0 end
            + case when requests.has_salesforce and members.can_salesforce then 1 else 0 end
        ) as crm_count
    from matches
    inner join requests on matches.lead_id = requests.lead_id
    inner join {{ ref('int_pool_members') }} as members on matches.pool = members.pool and not members.is_on_leave
    group by matches.lead_id, matches.priority
)

select
    matches.lead_id,
    matches.rule_id,
    matches.pool,
    matches.reason,
    requests.grade,
    requests.is_urgent,
    requests.barred_reps,
    requests.lead_weight,
    requests.has_hubspot,
    requests.has_salesforce,
    coverage.crm_count,
    row_number() over (partition by matches.lead_id order by matches.priority) as place
from matches
inner join requests on matches.lead_id = requests.lead_id
inner join coverage on matches.lead_id = coverage.lead_id and matches.priority = coverage.priority
where
    matches.pool = 'everyone'
    or coverage.crm_count
    = case when requests.has_hubspot then 1 else 0 end + case when requests.has_salesforce then 1 else 0 end
