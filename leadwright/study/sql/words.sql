-- Every value of a stage or status field with what became of its leads, and what lead_stages.csv says of it.
with sales as (
    select
        links.lead_id,
        max(case when opportunities.is_won then 1 else 0 end) as has_won,
        max(case when opportunities.is_closed then 0 else 1 end) as has_open
    from intermediate.int_accounts__opportunity_leads as links
    inner join marts.fct_opportunities as opportunities on links.opportunity_id = opportunities.opportunity_id
    group by links.lead_id
)

select
    records.crm,
    words.field,
    words.value,
    count(distinct records.lead_id) as leads,
    count(distinct case when leads.is_won then records.lead_id end) as won,
    count(distinct case when sales.has_won = 0 and sales.has_open = 0 then records.lead_id end) as lost,
    count(distinct case when sales.has_won = 0 and sales.has_open = 1 then records.lead_id end) as open_sale,
    count(distinct case when leads.is_converted then records.lead_id end) as converted,
    min(known.stage) as known_as
from unified.unified_stage_values as words
inner join intermediate.int_identity__records as records
    on words.record_key = records.record_key and not records.is_deleted
inner join marts.dim_leads as leads on records.lead_id = leads.lead_id
left join sales on records.lead_id = sales.lead_id
left join unified.unified_lead_stages as known
    on records.crm = known.crm and words.field = known.field and words.value = known.value
where words.value != ''
group by records.crm, words.field, words.value
order by records.crm, words.field, leads desc, words.value
