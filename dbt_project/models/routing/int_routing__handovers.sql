{% set log = earlier_rows('log_owner_due_times') %}

-- Leads that go to somebody else because who has them is away (int_routing__absences): all that are not closed, or those
-- alone that wait for an answer: he should give it before he is back, by what earlier runs promised, or the lead has asked
-- again. A lead that a person gave him while he was away stays with him. One that was handed over before, and undone, is
-- handed over again only to somebody whom rep_leaves names since.

with decisions as (
    select lead_id, rep_id, decision_number, reason_code, assigned_at
    from {{ ref('int_routing__earlier_decisions') }}
    where place = 1
),

promised as (
    {% if log %}
    select
        lead_id,
        decision_number,
        due_at,
        row_number() over (partition by lead_id, decision_number order by noted_at desc, due_at) as place
    from {{ log }}
    {% else %}
    select lead_id, decision_number, assigned_at as due_at, 1 as place from decisions where 1 = 0
    {% endif %}
),

waiting as (
    select decisions.lead_id, promised.due_at
    from decisions
    inner join promised
        on
            decisions.lead_id = promised.lead_id
            and decisions.decision_number = promised.decision_number
            and promised.place = 1
    inner join {{ ref('int_service_levels__responses') }} as responses on decisions.lead_id = responses.lead_id
    where responses.first_touch_at is null

    union all

    select lead_id, returned_at as due_at
    from {{ ref('int_lifecycle__lead_returns') }}
    where first_touch_at is null
),

due as (
    select lead_id, min(due_at) as due_at from waiting group by lead_id
),

holders as (
    select lead_id, rep_id, cast(null as string) as handed_to, reason_code, assigned_at from decisions

    union all

    select decisions.lead_id, before.rep_id, decisions.rep_id as handed_to, before.reason_code, before.assigned_at
    from decisions
    inner join {{ ref('int_routing__earlier_decisions') }} as before
        on decisions.lead_id = before.lead_id and before.place = 2
    where decisions.reason_code in {{ handover_codes() }} and decisions.rep_id != before.rep_id
),

reachable as (
    select distinct records.lead_id, accounts.rep_id
    from {{ ref('int_identity__member_records') }} as records
    inner join {{ ref('int_identity__crm_owners') }} as accounts on records.crm = accounts.crm and accounts.is_active
    where accounts.rep_id in (select stand_in_rep_id from {{ ref('int_routing__absences') }})
)

select
    holders.lead_id,
    holders.rep_id as away_rep_id,
    reachable.rep_id as stand_in_rep_id,
    absences.reason_code,
    absences.reason
from holders
inner join {{ ref('int_routing__absences') }} as absences on holders.rep_id = absences.rep_id
left join {{ ref('int_lifecycle__lead_stages') }} as stages on holders.lead_id = stages.lead_id
left join due on holders.lead_id = due.lead_id
left join reachable on holders.lead_id = reachable.lead_id and absences.stand_in_rep_id = reachable.rep_id
where
    not coalesce(stages.is_closed, false)
    and (absences.is_of_all or due.due_at < {{ dbt.dateadd('day', 1, 'absences.last_on') }})
    and not (
        holders.reason_code = 'set_by_person' and cast(holders.assigned_at as date) >= absences.first_on
    )
    and (holders.handed_to is null or holders.handed_to != reachable.rep_id)
