{# A sync model of one CRM object that leads are in. All carry the same values: a person who was converted must see on
   the contact what stood on the lead. Only a record without an owner gets one; a queue is none, and neither is a rep
   who has left or a login of routing_from, whose leads are routed anew, nor one whom we had chosen and who has the lead
   no more (he let it lie, or a person moved it in the other CRM), unless somebody changed this record's owner after us.
   Whose owner a person emptied gets none until the lead is given to somebody anew. A rep who was made anew under his
   address gets his leads on the new account.

   system, object: where the rows go, as the connector names them; `crm` is the account of the system.
   entities, key: the staging model stg_<system>__<entities> and its column with the record's id. It has owner_id,
     modified_at, and for each value a column leadwright_<value> with what the CRM shows.
   fields: how the CRM spells our fields; see crm_field.
   owner_field: the CRM's own field for the owner.
   text_limit: the most letters of a short text, where the CRM refuses a record for one that is longer. #}
{% macro lead_rows_that_differ(system, object, entities, key, fields, owner_field, text_limit=none) %}
{% set values = {
    'score': 'number', 'fit_score': 'number', 'intent_score': 'number', 'grade': 'short', 'play': 'short',
    'reasons': 'text', 'segments': 'short', 'account_score': 'number', 'account_grade': 'short',
    'owner': 'short', 'owner_reason': 'short', 'next_action': 'short', 'sla_due_at': 'moment', 'sla_status': 'short',
} %}

-- When something else than decay last moved a score: what happened since a write is to be seen in the CRM.
with moves as (
    select lead_id, max(changed_at) as moved_at
    from {{ ref('log_lead_score_line_changes') }}
    where cause != 'decay'
    group by lead_id
),

records as (
    select
        crm_records.crm,
        crm_records.{{ key }} as record_id,
        identities.lead_id,
        crm_records.modified_at,
        moves.moved_at,
        {{ columns_to_compare(values, fields, text_limit) }}
        case
            when edits.is_emptied and not wanted.is_decided_anew then crm_records.owner_id
            when
                present_owners.owner_id is not null
                and (present_owners.is_active or present_owners.rep_id is distinct from wanted.rep_id)
                and (
                    edits.record_key is not null
                    or coalesce({{ dbt.position('present_owners.rep_id', 'wanted.replaced_reps') }}, 0) = 0
                )
                then crm_records.owner_id
            else coalesce(wanted_owners.owner_id, crm_records.owner_id)
        end as {{ owner_field }},
        crm_records.owner_id as before__{{ owner_field }}
    from {{ ref('stg_' ~ system ~ '__' ~ entities) }} as crm_records
    inner join {{ ref('int_identity__records') }} as identities
        on {{ record_key('crm_records.crm', entities, 'crm_records.' ~ key) }} = identities.record_key
    inner join {{ ref('int_writing__lead_values') }} as wanted on identities.lead_id = wanted.lead_id
    left join moves on wanted.lead_id = moves.lead_id
    left join {{ ref('int_writing__owners') }} as wanted_owners
        on identities.lead_id = wanted_owners.lead_id and crm_records.crm = wanted_owners.crm
    left join {{ ref('int_identity__crm_owners') }} as present_owners
        on crm_records.crm = present_owners.crm
        and crm_records.owner_id = present_owners.owner_id
        and present_owners.has_leads
    left join {{ ref('int_routing__owner_edits') }} as edits on identities.record_key = edits.record_key
    where not identities.is_deleted and not identities.is_converted
),

{{ rows_that_differ(
    object,
    'lead_id',
    crm_fields(fields, values) + [owner_field],
    crm_fields(fields, ['score', 'fit_score', 'intent_score', 'account_score']),
    crm_fields(fields, ['reasons'])
) }}
{% endmacro %}
