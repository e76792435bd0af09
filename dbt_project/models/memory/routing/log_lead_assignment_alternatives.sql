-- A log beside that of the decisions: whom our rules could have chosen, and why they did not.

with choices as (
    select
        choices.lead_id,
        choices.rep_id as chosen_rep_id,
        choices.earlier_decision_number + 1 as decision_number,
        coalesce(routed.pool, 'everyone') as pool,
        routed.lane,
        routed.grade,
        routed.lead_weight,
        routed.win_rate as chosen_win_rate,
        candidates.systems,
        candidates.barred_reps
    from {{ ref('int_routing__assignments') }} as choices
    inner join {{ ref('int_routing__owner_candidates') }} as candidates on choices.lead_id = candidates.lead_id
    left join {{ ref('int_routing__routed_leads') }} as routed on choices.lead_id = routed.lead_id
    where
        (choices.decision in ('route', 'reassign', 'reopen') and choices.rep_id is not null)
        or (choices.decision = 'hand_over' and routed.lead_id is not null)
),

slots as (
    select distinct lane, grade, rep_id, given_load from {{ ref('int_routing__options') }}
),

given as (
    select rep_id, sum(given_load) as given_load from slots group by rep_id
),

lane_members as (
    select distinct lane, rep_id from {{ ref('int_routing__lanes') }}
),

coded as (
    select
        choices.*,
        members.rep_id,
        members.full_name,
        members.absence,
        members.capacity,
        members.weight,
        loads.open_load,
        loads.open_load + coalesce(given.given_load, 0) as load_after,
        loads.charged_load,
        case when win_rates.such_closed_count > 0 then win_rates.win_rate end as win_rate,
        case
            when members.rep_id = choices.chosen_rep_id then cast(null as string)
            when {{ dbt.position('members.rep_id', 'choices.barred_reps') }} > 0 then 'had_it_before'
            when members.is_on_leave then 'on_leave'
            when not coverage.is_in_all then 'no_account'
            when choices.lane is not null and lane_members.rep_id is null then 'not_at_work'
            when
                slots.rep_id is null
                and loads.open_load + coalesce(given.given_load, 0) + coalesce(choices.lead_weight, 1) > members.capacity
                then 'no_room'
            when slots.rep_id is null then 'fair_share'
            when win_rates.win_rate < choices.chosen_win_rate - 0.01 then 'wins_fewer'
            else 'took_others'
        end as why_not_code
    from choices
    inner join {{ ref('int_routing__pool_members') }} as members on choices.pool = members.pool
    inner join {{ ref('int_routing__rep_loads') }} as loads on members.pool = loads.pool and members.rep_id = loads.rep_id
    left join {{ ref('int_routing__rep_coverage') }} as coverage
        on choices.systems = coverage.systems and members.rep_id = coverage.rep_id
    left join {{ ref('int_routing__lead_win_rates') }} as win_rates
        on choices.lead_id = win_rates.lead_id and members.rep_id = win_rates.rep_id
    left join lane_members on choices.lane = lane_members.lane and members.rep_id = lane_members.rep_id
    left join slots on choices.lane = slots.lane and choices.grade = slots.grade and members.rep_id = slots.rep_id
    left join given on members.rep_id = given.rep_id
)

select
    lead_id,
    cast(decision_number as integer) as decision_number,
    rep_id,
    full_name,
    pool,
    rep_id = chosen_rep_id as is_chosen,
    case why_not_code
        when 'had_it_before' then 'Had this lead before'
        when 'on_leave' then absence
        when 'not_at_work' then absence
        when 'no_account' then 'Has no account in a CRM that the lead is in'
        when 'no_room' then 'Has no room'
        when 'fair_share' then 'Has had a fair share'
        when 'wins_fewer' then 'Wins fewer of such leads'
        when 'took_others' then 'Took other leads of this kind'
    end as why_not,
    open_load,
    load_after,
    capacity,
    weight,
    charged_load,
    win_rate,
    {{ as_of() }} as considered_at,
    why_not_code
from coded
