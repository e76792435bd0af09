{% set fields = [
    'leadwright_score', 'leadwright_fit_score', 'leadwright_intent_score', 'leadwright_grade',
    'leadwright_play', 'leadwright_reasons', 'leadwright_owner', 'leadwright_owner_reason',
    'leadwright_next_action', 'leadwright_sla_due_at', 'hubspot_owner_id',
] %}

with records as (
    select
        crm_records.contact_id as record_id,
        identities.lead_id,
        crm_records.modified_at,

        wanted.score as leadwright_score,
        wanted.fit_score as leadwright_fit_score,
        wanted.intent_score as leadwright_intent_score,
        wanted.grade as leadwright_grade,
        wanted.play as leadwright_play,
        wanted.reasons as leadwright_reasons,
        wanted.owner_name as leadwright_owner,
        wanted.owner_reason as leadwright_owner_reason,
        wanted.next_action as leadwright_next_action,
        wanted.sla_due_at as leadwright_sla_due_at,
        coalesce(crm_records.owner_id, wanted.hubspot_owner_id) as hubspot_owner_id,

        {{ whole_number('crm_records.leadwright_score') }} as before__leadwright_score,
        {{ whole_number('crm_records.leadwright_fit_score') }} as before__leadwright_fit_score,
        {{ whole_number('crm_records.leadwright_intent_score') }} as before__leadwright_intent_score,
        crm_records.leadwright_grade as before__leadwright_grade,
        crm_records.leadwright_play as before__leadwright_play,
        crm_records.leadwright_reasons as before__leadwright_reasons,
        crm_records.leadwright_owner as before__leadwright_owner,
        crm_records.leadwright_owner_reason as before__leadwright_owner_reason,
        crm_records.leadwright_next_action as before__leadwright_next_action,
        crm_records.leadwright_sla_due_at as before__leadwright_sla_due_at,
        crm_records.owner_id as before__hubspot_owner_id
    from {{ ref('stg_hubspot__contacts') }} as crm_records
    inner join {{ ref('int_identities') }} as identities
        on {{ record_key('hubspot', 'contacts', 'crm_records.contact_id') }} = identities.record_key
    inner join {{ ref('int_write_values') }} as wanted on identities.lead_id = wanted.lead_id
    where not identities.is_deleted
),

{{ rows_that_differ('hubspot', 'contacts', fields) }}
