-- Leads for which the first pool had no capacity left are handed out among everyone, who now carry what the first
-- round gave them.

with requests as (
    select
        requests.*,
        cast(requests.has_hubspot as string) || '/' || cast(requests.has_salesforce as string) as lane
    from {{ ref('int_routing_requests') }} as requests
    left join {{ ref('int_routed_by_rule') }} as routed on requests.lead_id = routed.lead_id
    where requests.pool = 'everyone' and routed.lead_id is null
),

given as (
    select rep_id, sum(lead_weight) as given_load from {{ ref('int_routed_by_rule') }} group by rep_id
),

lane_needs as (
    select distinct lane, has_hubspot, has_salesforce, crm_count from requests
),

members as (
    select
        lane_needs.lane,
        members.rep_id,
        members.weight,
        members.capacity,
        members.open_load + coalesce(given.given_load, 0) as open_load
    from lane_needs
    inner join {{ ref('int_pool_members') }} as members
        on
            members.pool = 'everyone'
            and lane_needs.crm_count
            = case when lane_needs.has_hubspot and members.can_hubspot then 1 else 0 end
            + case when lane_needs.has_salesforce and members.can_salesforce then 1 else 0 end
    left join given on members.rep_id = given.rep_id
),

{{ ctes_assigning_by_load() }}

select
    assigned.lead_id,
    assigned.rep_id,
    assigned.member_count,
    requests.lead_weight
from assigned
inner join requests on assigned.lead_id = requests.lead_id
