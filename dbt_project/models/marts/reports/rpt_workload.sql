-- Who carries what, and whether the shares of the weeks over which they are evened out follow the weights. A share is
-- compared among the members of the pool of everyone; whoever is no member and has work is listed without one.

with members as (
    select * from {{ ref('int_routing__pool_members') }} where pool = 'everyone'
),

given as (
    select
        decisions.rep_id,
        count(*) as given_count,
        {{ counted("decisions.reason_code = 'not_answered_in_time'") }} as taken_over_count,
        sum(grade_scale.load_weight) as given_load
    from {{ ref('int_routing__coded_decisions') }} as decisions
    inner join {{ ref('fct_lead_scores') }} as scores on decisions.lead_id = scores.lead_id
    inner join {{ ref('grade_scale') }} as grade_scale on scores.grade = grade_scale.grade
    where
        decisions.is_routed
        and decisions.assigned_at <= {{ as_of() }}
        and {{ days_between('decisions.assigned_at', as_of()) }} < {{ routing_policy('fair_days') }}
    group by decisions.rep_id
)

select
    reps.rep_id,
    reps.full_name,
    reps.is_active,
    members.rep_id is not null as is_in_pool,
    cast(coalesce(members.weight, 0) as decimal(9, 2)) as weight,
    members.capacity,
    loads.open_load,
    cast(loads.open_load / nullif(members.capacity, 0) as double) as utilisation,
    coalesce(members.is_on_leave, false) as is_on_leave,
    coalesce(given.given_count, 0) as given_count,
    coalesce(given.taken_over_count, 0) as taken_over_count,
    cast(coalesce(given.given_load, 0) as double) as given_load,
    cast(coalesce(given.given_load, 0) as double) / nullif(sum(given.given_load) over (), 0) as given_share,
    cast(coalesce(members.weight, 0) as double) / nullif(sum(members.weight) over (), 0) as weight_share
from {{ ref('dim_reps') }} as reps
inner join {{ ref('int_routing__rep_loads') }} as loads on reps.rep_id = loads.rep_id and loads.pool is null
left join members on reps.rep_id = members.rep_id
left join given on reps.rep_id = given.rep_id
where members.rep_id is not null or given.rep_id is not null or loads.open_load > 0
