-- What people stated, by topic, from whichever fields the seed maps to it. The record that was changed last speaks;
-- a word that stands for nothing, such as n/a, is no answer.

with records as (
    select 'hubspot' as crm, 'contacts' as entity, answers.*
    from {{ ref('stg_hubspot__answers') }} as answers
    union all
    select 'salesforce' as crm, lower(answers.object) || 's' as entity, answers.*
    from {{ ref('stg_salesforce__answers') }} as answers
),

answers as (
    select
        identities.lead_id,
        fields.topic,
        records.value,
        records.crm,
        records.field,
        row_number() over (
            partition by identities.lead_id, fields.topic
            order by records.modified_at desc, records.crm desc, records.record_id, records.field
        ) as place
    from records
    inner join {{ ref('answer_fields') }} as fields
        on records.crm = fields.crm and records.object = fields.object and records.field = fields.field
    inner join {{ ref('int_identities') }} as identities
        on concat(records.crm, ':', records.entity, ':', records.record_id) = identities.record_key
    left join {{ ref('placeholder_words') }} as placeholders on lower(records.value) = placeholders.word
    where not identities.is_deleted and placeholders.word is null
)

select
    lead_id,
    topic,
    value,
    crm,
    field
from answers
where place = 1
