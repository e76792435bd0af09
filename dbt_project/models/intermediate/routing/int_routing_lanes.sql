-- Who may take which kind of request. Requests with the same candidates share a lane, in which leads are handed out.
-- Candidates have an account in as many of the lead's CRMs as anybody in the pool and are not on leave; an urgent lead
-- goes to those who are at work, where there is one. Whoever let a lead lie does not get it back.

with needs as (
    select distinct pool, has_hubspot, has_salesforce, crm_count, is_urgent, barred_reps
    from {{ ref('int_routing_requests') }}
    where place = 1 or pool = 'everyone'
),

candidates as (
    select
        needs.has_hubspot,
        needs.has_salesforce,
        needs.is_urgent,
        needs.barred_reps,
        members.*,
        max(case when members.is_at_work then 1 else 0 end) over (
            partition by needs.pool, needs.has_hubspot, needs.has_salesforce, needs.is_urgent, needs.barred_reps
        ) as has_one_at_work
    from needs
    inner join {{ ref('int_pool_members') }} as members
        on
            needs.pool = members.pool
            and not members.is_on_leave
            and {{ dbt.position('members.rep_id', 'needs.barred_reps') }} = 0
            and needs.crm_count
            = case when needs.has_hubspot and members.can_hubspot then 1 else 0 end
            + case when needs.has_salesforce and members.can_salesforce then 1 else 0 end
),

eligible as (
    select * from candidates where not is_urgent or is_at_work or has_one_at_work = 0
),

lanes as (
    select
        pool,
        has_hubspot,
        has_salesforce,
        is_urgent,
        barred_reps,
        pool || '/' || {{ dbt.hash(dbt.listagg('rep_id', "'/'", 'order by rep_id')) }} as lane,
        count(*) as member_count
    from eligible
    group by pool, has_hubspot, has_salesforce, is_urgent, barred_reps
)

select
    lanes.lane,
    lanes.member_count,
    eligible.pool,
    eligible.has_hubspot,
    eligible.has_salesforce,
    eligible.is_urgent,
    eligible.barred_reps,
    eligible.rep_id,
    eligible.weight,
    eligible.capacity,
    eligible.open_load,
    eligible.charged_load
from lanes
inner join eligible
    on
        lanes.pool = eligible.pool
        and lanes.has_hubspot = eligible.has_hubspot
        and lanes.has_salesforce = eligible.has_salesforce
        and lanes.is_urgent = eligible.is_urgent
        and lanes.barred_reps = eligible.barred_reps
