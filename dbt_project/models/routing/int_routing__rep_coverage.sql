-- In how many of a lead's CRMs a rep could see it.

with needs as (
    select distinct leads.systems, leads.system_count, records.crm
    from {{ ref('int_routing__lead_systems') }} as leads
    inner join {{ ref('int_identity__member_records') }} as records on leads.lead_id = records.lead_id
),

reps as (
    select distinct rep_id from {{ ref('int_routing__lead_takers') }}
),

accounts as (
    select distinct crm, rep_id from {{ ref('int_identity__crm_owners') }} where is_active
)

select
    needs.systems,
    reps.rep_id,
    count(accounts.rep_id) as account_count,
    count(accounts.rep_id) = max(needs.system_count) as is_in_all
from needs
cross join reps
left join accounts on needs.crm = accounts.crm and reps.rep_id = accounts.rep_id
group by needs.systems, reps.rep_id
