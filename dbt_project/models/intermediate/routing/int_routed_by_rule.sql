-- Leads handed out in the pool of the first rule that fits, or in the pool of everyone where none does. A lane is a
-- pool for leads that are in the same CRMs.

with requests as (
    select
        *,
        pool || '/' || cast(has_hubspot as string) || '/' || cast(has_salesforce as string) as lane
    from {{ ref('int_routing_requests') }}
    where place = 1
),

lane_needs as (
    select distinct lane, pool, has_hubspot, has_salesforce, crm_count from requests
),

members as (
    select
        lane_needs.lane,
        members.rep_id,
        members.weight,
        members.capacity,
        members.open_load
    from lane_needs
    inner join {{ ref('int_pool_members') }} as members
        on
            lane_needs.pool = members.pool
            and lane_needs.crm_count
            = case when lane_needs.has_hubspot and members.can_hubspot then 1 else 0 end
            + case when lane_needs.has_salesforce and members.can_salesforce then 1 else 0 end
),

{{ ctes_assigning_by_load() }}

select
    assigned.lead_id,
    assigned.rep_id,
    assigned.member_count,
    requests.rule_id,
    requests.reason,
    requests.lead_weight
from assigned
inner join requests on assigned.lead_id = requests.lead_id
