select ids.lead_id, max(decisions.decided_at) as merged_at
from marts.dim_lead_ids as ids
inner join marts.fct_identity_decisions as decisions
    on decisions.previous_lead_id = ids.lead_id and decisions.method = 'merge'
where ids.lead_id = $lead_id and ids.is_merged
group by ids.lead_id
