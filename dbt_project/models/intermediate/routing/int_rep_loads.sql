{% set log = earlier_rows('int_assignment_decisions') %}
-- depends_on: {{ ref('routing_policies') }}

-- Open weighted load before anything is routed: leads that are neither won nor disqualified weigh by grade, open
-- opportunities on top. What our rules gave each rep in the days over which shares are evened out is counted apart, by
-- the grade that those leads have now; the leads that this run gives to the owners of their accounts are among them.

with weights as (
    select * from {{ ref('load_weights') }}
),

leads as (
    select
        candidates.rep_id,
        weights.weight
    from {{ ref('int_owner_candidates') }} as candidates
    inner join {{ ref('int_scores') }} as scores on candidates.lead_id = scores.lead_id and scores.is_current
    inner join {{ ref('int_lead_stages') }} as stages on candidates.lead_id = stages.lead_id
    inner join weights on scores.grade = weights.kind
    where candidates.rep_id is not null and stages.lifecycle_stage not in ('customer', 'disqualified', 'lost')
),

opportunities as (
    select owners.rep_id, weights.weight
    from {{ ref('int_opportunities') }} as opportunities
    inner join {{ ref('int_crm_owners') }} as owners
        on opportunities.crm = owners.crm and opportunities.owner_id = owners.owner_id
    inner join weights on weights.kind = 'opportunity'
    where not opportunities.is_closed
),

work as (
    select * from leads
    union all
    select * from opportunities
),

grants as (
    select candidates.rep_id, weights.weight
    from {{ ref('int_owner_candidates') }} as candidates
    inner join {{ ref('int_scores') }} as scores on candidates.lead_id = scores.lead_id and scores.is_current
    inner join weights on scores.grade = weights.kind
    where candidates.decision = 'account'
    {% if log %}
    union all
    select decisions.rep_id, weights.weight
    from {{ log }} as decisions
    inner join {{ ref('int_scores') }} as scores on decisions.lead_id = scores.lead_id and scores.is_current
    inner join weights on scores.grade = weights.kind
    where
        decisions.is_routed
        and decisions.assigned_at <= {{ as_of() }}
        and {{ days_between('decisions.assigned_at', as_of()) }} < {{ routing_policy('fair_days') }}
    {% endif %}
),

given as (
    select rep_id, sum(weight) as given_load from grants group by rep_id
),

loads as (
    select rep_id, sum(weight) as open_load from work group by rep_id
)

select
    reps.rep_id,
    cast(coalesce(loads.open_load, 0) as double) as open_load,
    cast(coalesce(given.given_load, 0) as double) as given_load
from {{ ref('int_reps') }} as reps
left join loads on reps.rep_id = loads.rep_id
left join given on reps.rep_id = given.rep_id
