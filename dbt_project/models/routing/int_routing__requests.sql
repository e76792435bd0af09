-- Every lead that needs an owner, with each rule that fits it, whatever its grade, and after them the pool of everyone. A
-- pool counts only where it has somebody who is there, with an account in each CRM that the lead is in; everyone counts
-- always.

with leads as (
    select lead_id, systems, barred_reps
    from {{ ref('int_routing__owner_candidates') }}
    where is_to_route
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
    from {{ ref('int_scoring__features') }} as features
    inner join {{ ref('int_scoring__moments') }} as moments
        on features.lead_id = moments.lead_id and features.as_of = moments.as_of and moments.is_current
    where features.feature in (select feature from {{ ref('routing_rules') }})
),

matches as (
    select distinct leads.lead_id, rules.priority, rules.rule_id, rules.grade, rules.pool, rules.reason
    from leads
    inner join looked_at on leads.lead_id = looked_at.lead_id
    inner join rules on looked_at.feature = rules.feature and {{ condition_holds('looked_at', 'rules') }}
    union all
    select
        lead_id,
        1000000 as priority,
        cast(null as string) as rule_id,
        cast(null as string) as grade,
        'everyone' as pool,
        'No rule fits' as reason
    from leads
),

coverage as (
    select
        coverage.systems,
        members.pool,
        max(coverage.account_count) as account_count,
        max(case when coverage.is_in_all then 1 else 0 end) = 1 as is_in_all
    from {{ ref('int_routing__pool_members') }} as members
    inner join {{ ref('int_routing__rep_coverage') }} as coverage on members.rep_id = coverage.rep_id
    where not members.is_on_leave
    group by coverage.systems, members.pool
)

select
    matches.lead_id,
    matches.priority,
    matches.rule_id,
    matches.grade as only_grade,
    matches.pool,
    matches.reason,
    leads.systems,
    leads.barred_reps,
    coverage.account_count
from matches
inner join leads on matches.lead_id = leads.lead_id
inner join coverage on leads.systems = coverage.systems and matches.pool = coverage.pool
where matches.pool = 'everyone' or coverage.is_in_all
