-- The words of a task are about the whole lead, also where only one of its records goes; a task's values name the record
-- that it stands beside.
update {prefix}ops.writes
set
    lead_id = case when lead_id in (select lead_id from gone_leads) then null else lead_id end,
    payload_hash = case when after_values like '%"person_id"%' then null else payload_hash end,
    before_values = case when after_values like '%"person_id"%' then null else before_values end,
    message = case when after_values like '%"person_id"%' then null else message end,
    after_values = case when after_values like '%"person_id"%' then null else after_values end
where
    lead_id in (select lead_id from gone_leads)
    or (lead_id in (select lead_id from gone) and after_values like '%"person_id"%')
