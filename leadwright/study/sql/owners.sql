-- Everybody whom a CRM knows: leads owned, what they did towards leads, lately and ever, and sales.
with touches as (
    select
        rep_id,
        count(*) as touches,
        count(*) filter (where touched_at > $as_of - to_days(180)) as touches_lately,
        max(touched_at) as last_touch_at
    from marts.fct_lead_touches
    where direction != 'inbound' and touched_at <= $as_of
    group by rep_id
)

select
    owners.full_name,
    owners.email,
    owners.is_active,
    owners.takes_leads,
    owners.is_routed_from,
    owners.may_be_login,
    owners.lead_count as leads,
    owners.opportunity_count as sales,
    coalesce(touches.touches, 0) as touches,
    coalesce(touches.touches_lately, 0) as touches_lately,
    touches.last_touch_at
from marts.rpt_lead_owners as owners
left join touches on owners.rep_id = touches.rep_id
order by touches desc, sales desc, leads desc, owners.email
