with named as (
    select lead_id from {marts}.dim_leads where lead_id = $key or lower(email) = lower($key)
    union
    select lead_id from {marts}.dim_crm_records
    where
        lead_id = $key or record_id = $key or email_key = regexp_replace(lower($key), '[+][^@]*@', '@')
    union
    select current_lead_id as lead_id from {marts}.dim_lead_ids where lead_id = $key
)

select lead_id from named
where $with_deleted or lead_id in (select lead_id from {marts}.dim_leads)
order by lead_id
