-- depends_on: {{ ref('routing_policies') }}

-- What a rep carries before anything is routed: leads that are not closed weigh by grade, open opportunities on top. What
-- our rules gave him in the days over which shares are evened out is counted apart, by the grade that those leads have
-- now; the leads that this run gives to the owners of their accounts are among them. In a pool he is charged, for the
-- days that he was on leave, what the others got for their weight, so that he comes back to a usual day and not to a flood.
-- What the roll-out keeps from him is no load.

with weights as (
    select grade, load_weight as weight from {{ ref('grade_scale') }}
),

graded as (
    select scores.lead_id, weights.weight
    from {{ ref('int_scoring__scores') }} as scores
    inner join weights on scores.grade = weights.grade
    where scores.is_current
),

unseen as (
    select lead_id from {{ ref('int_routing__unseen_leads') }}
),

work as (
    select candidates.rep_id, graded.weight
    from {{ ref('int_routing__owner_candidates') }} as candidates
    inner join graded on candidates.lead_id = graded.lead_id
    inner join {{ ref('int_lifecycle__lead_stages') }} as stages on candidates.lead_id = stages.lead_id
    where
        candidates.rep_id is not null
        and not stages.is_closed
        and candidates.lead_id not in (select lead_id from unseen)
    union all
    select owners.rep_id, cast({{ routing_policy('opportunity_load') }} as decimal(9, 2)) as weight
    from {{ ref('int_accounts__opportunities') }} as opportunities
    inner join {{ ref('int_identity__crm_owners') }} as owners
        on opportunities.crm = owners.crm and opportunities.owner_id = owners.owner_id
    where not opportunities.is_closed
),

grants as (
    select candidates.rep_id, graded.weight
    from {{ ref('int_routing__owner_candidates') }} as candidates
    inner join graded on candidates.lead_id = graded.lead_id
    where candidates.decision = 'account' and candidates.lead_id not in (select lead_id from unseen)
    union all
    select decisions.rep_id, graded.weight
    from {{ ref('int_routing__earlier_decisions') }} as decisions
    inner join graded on decisions.lead_id = graded.lead_id
    where
        decisions.is_routed
        and decisions.assigned_at <= {{ as_of() }}
        and {{ days_between('decisions.assigned_at', as_of()) }} < {{ routing_policy('fair_days') }}
        and decisions.lead_id not in (select lead_id from unseen)
),

given as (
    select rep_id, sum(weight) as given_load from grants group by rep_id
),

loads as (
    select rep_id, sum(weight) as open_load from work group by rep_id
),

reps as (
    select
        reps.rep_id,
        cast(coalesce(loads.open_load, 0) as double) as open_load,
        cast(coalesce(given.given_load, 0) as double) as given_load
    from {{ ref('int_identity__reps') }} as reps
    left join loads on reps.rep_id = loads.rep_id
    left join given on reps.rep_id = given.rep_id
),

members as (
    select reps.*, members.pool, members.weight, members.absent_share
    from {{ ref('int_routing__pool_members') }} as members
    inner join reps on members.rep_id = reps.rep_id
),

usual as (
    select pool, sum(given_load) / nullif(sum(weight * (1 - absent_share)), 0) as load_per_weight
    from members
    group by pool
)

select
    cast(null as string) as pool,
    rep_id,
    open_load,
    given_load,
    given_load as charged_load
from reps

union all

select
    members.pool,
    members.rep_id,
    members.open_load,
    members.given_load,
    cast(
        round(
            members.given_load + members.absent_share * members.weight * coalesce(usual.load_per_weight, 0), 4
        ) as double
    ) as charged_load
from members
inner join usual on members.pool = usual.pool
