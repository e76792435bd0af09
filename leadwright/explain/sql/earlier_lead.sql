select lead_id, full_name, company_name, created_at from marts.dim_leads where lead_id = $lead_id
