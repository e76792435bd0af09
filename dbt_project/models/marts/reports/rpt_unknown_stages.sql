-- Words of the CRMs' stages and statuses that no row of lead_stages knows. They say nothing of where a lead stands until
-- somebody says what they mean.

select
    records.crm,
    words.field,
    words.value,
    count(distinct records.lead_id) as lead_count
from {{ ref('unified_stage_values') }} as words
inner join {{ ref('int_identity__records') }} as records
    on words.record_key = records.record_key and not records.is_deleted
left join {{ ref('unified_lead_stages') }} as known
    on records.crm = known.crm and words.field = known.field and words.value = known.value
where words.value != '' and known.value is null
group by records.crm, words.field, words.value
