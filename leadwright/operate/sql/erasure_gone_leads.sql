create temp table gone_leads as

with log as (
    select
        *,
        row_number() over (partition by record_key order by decision_number desc) as place
    from memory.log_identity_decisions
)

select lead_id from log
where record_key in (select record_key from gone where is_whole_lead)
except
select lead_id from log
where place = 1 and record_key not in (select record_key from gone)
