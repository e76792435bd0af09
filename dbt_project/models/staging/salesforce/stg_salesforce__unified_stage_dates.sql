-- Salesforce keeps only the day of a conversion; the history has a row of its minute.

with history as (
    select * from {{ ref('stg_salesforce__lead_history') }} where not is_deleted
),

latest as (
    select crm, lead_record_id, max(changed_at) as changed_at
    from history
    where field in ('Status', 'leadConverted')
    group by crm, lead_record_id
)

select
    crm,
    {{ record_key('crm', 'leads', 'lead_record_id') }} as record_key,
    field,
    new_value as value,
    changed_at as entered_at,
    'field_history' as evidence_code
from history
where field in (select field from {{ ref('lead_stages') }} where crm = 'salesforce')

union all

select
    leads.crm,
    {{ record_key('leads.crm', 'leads', 'leads.lead_record_id') }} as record_key,
    'conversion' as field,
    'converted' as value,
    case
        when cast(latest.changed_at as date) = cast(leads.converted_at as date) then latest.changed_at
        else greatest(leads.converted_at, leads.created_at)
    end as entered_at,
    'conversion' as evidence_code
from {{ ref('stg_salesforce__leads') }} as leads
left join latest on leads.crm = latest.crm and leads.lead_record_id = latest.lead_record_id
where leads.is_converted and leads.converted_at is not null
