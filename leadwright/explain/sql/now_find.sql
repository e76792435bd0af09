select lead_id from {marts}.dim_leads
where
    lead_id = $key or lower(email) = lower($key)
    or lead_id in (
        select lead_id from {marts}.dim_crm_records
        where record_id = $key or email_key = regexp_replace(lower($key), '[+][^@]*@', '@')
    )
    or lead_id in (select current_lead_id from {marts}.dim_lead_ids where lead_id = $key)
order by lead_id
