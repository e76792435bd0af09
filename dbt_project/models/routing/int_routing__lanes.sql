-- Who may take which kind of request. Requests with the same candidates share a lane, in which leads are handed out.
-- Candidates have an account in as many of the lead's CRMs as anybody in the pool and are not on leave; an urgent lead
-- goes to those who are at work, where there is one. Whoever let a lead lie does not get it back.

with urgencies as (
    select true as is_urgent
    union all
    select false as is_urgent
),

needs as (
    select distinct
        requests.pool,
        requests.systems,
        requests.account_count,
        requests.barred_reps,
        urgencies.is_urgent
    from {{ ref('int_routing__requests') }} as requests
    cross join urgencies
),

candidates as (
    select
        needs.systems,
        needs.is_urgent,
        needs.barred_reps,
        members.*,
        max(case when members.is_at_work then 1 else 0 end) over (
            partition by needs.pool, needs.systems, needs.is_urgent, needs.barred_reps
        ) as has_one_at_work
    from needs
    inner join {{ ref('int_routing__pool_members') }} as members
        on
            needs.pool = members.pool
            and not members.is_on_leave
            and {{ dbt.position('members.rep_id', 'needs.barred_reps') }} = 0
    inner join {{ ref('int_routing__rep_coverage') }} as coverage
        on
            needs.systems = coverage.systems
            and members.rep_id = coverage.rep_id
            and needs.account_count = coverage.account_count
),

eligible as (
    select * from candidates where not is_urgent or is_at_work or has_one_at_work = 0
),

lanes as (
    select
        pool,
        systems,
        is_urgent,
        barred_reps,
        pool || '/' || {{ dbt.hash(dbt.listagg('rep_id', "'/'", 'order by rep_id')) }} as lane,
        count(*) as member_count
    from eligible
    group by pool, systems, is_urgent, barred_reps
)

select
    lanes.lane,
    lanes.member_count,
    eligible.pool,
    eligible.systems,
    eligible.is_urgent,
    eligible.barred_reps,
    eligible.rep_id,
    eligible.weight,
    eligible.capacity
from lanes
inner join eligible
    on
        lanes.pool = eligible.pool
        and lanes.systems = eligible.systems
        and lanes.is_urgent = eligible.is_urgent
        and lanes.barred_reps = eligible.barred_reps
