update memory.log_identity_decisions set previous_lead_id = null
where previous_lead_id in (select lead_id from gone_leads)
