-- What people wrote about a rejection: the reason as a code, and the day on which it was last audited. The record that was
-- changed last gives the reason.

with records as (
    select 'hubspot' as crm, 'contacts' as entity, answers.*
    from {{ ref('stg_hubspot__answers') }} as answers
    union all
    select 'salesforce' as crm, lower(answers.object) || 's' as entity, answers.*
    from {{ ref('stg_salesforce__answers') }} as answers
),

notes as (
    select
        identities.lead_id,
        fields.says,
        records.value,
        row_number() over (
            partition by identities.lead_id, fields.says
            order by records.modified_at desc, records.crm desc, records.record_id, records.field
        ) as place
    from records
    inner join {{ ref('rejection_fields') }} as fields
        on records.crm = fields.crm and records.object = fields.object and records.field = fields.field
    inner join {{ ref('int_identities') }} as identities
        on concat(records.crm, ':', records.entity, ':', records.record_id) = identities.record_key
    where not identities.is_deleted
)

select
    notes.lead_id,
    max(case when notes.says = 'reason' and notes.place = 1 then coalesce(reasons.reason_code, 'said_otherwise') end)
        as reason_code,
    cast(max(case when notes.says = 'audited_on' then {{ as_timestamp('notes.value') }} end) as date) as audited_on
from notes
left join {{ ref('rejection_reasons') }} as reasons on lower(trim(notes.value)) = reasons.value
group by notes.lead_id
