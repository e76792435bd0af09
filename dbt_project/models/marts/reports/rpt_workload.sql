-- Who carries what, and whether the shares of the weeks over which they are evened out follow the weights. A share is
-- compared among the members of the pool of everyone.

with members as (
    select * from {{ ref('int_pool_members') }} where pool = 'everyone'
),

given as (
    select
        decisions.rep_id,
        count(*) as given_count,
        {{ counted("decisions.reason like 'Not answered in time%'") }} as taken_over_count,
        sum(weights.weight) as given_load
    from {{ ref('int_assignment_decisions') }} as decisions
    inner join {{ ref('fct_lead_scores') }} as scores on decisions.lead_id = scores.lead_id
    inner join {{ ref('load_weights') }} as weights on scores.grade = weights.kind
    where
        decisions.is_routed
        and decisions.assigned_at <= {{ as_of() }}
        and {{ days_between('decisions.assigned_at', as_of()) }} < {{ routing_policy('fair_days') }}
    group by decisions.rep_id
)

select
    members.rep_id,
    members.full_name,
    members.weight,
    members.capacity,
    members.open_load,
    cast(members.open_load / nullif(members.capacity, 0) as double) as utilisation,
    members.is_on_leave,
    coalesce(given.given_count, 0) as given_count,
    coalesce(given.taken_over_count, 0) as taken_over_count,
    cast(coalesce(given.given_load, 0) as double) as given_load,
    cast(coalesce(given.given_load, 0) / nullif(sum(given.given_load) over (), 0) as double) as given_share,
    cast(members.weight / sum(members.weight) over () as double) as weight_share
from members
left join given on members.rep_id = given.rep_id
