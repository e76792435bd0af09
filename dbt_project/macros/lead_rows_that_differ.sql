{# Field of a CRM for one of our values: leadwright_fit_score, Leadwright_Fit_Score__c. #}
{% macro crm_field(crm, name) -%}
    {%- if crm == 'hubspot' -%}
        leadwright_{{ name }}
    {%- else -%}
        Leadwright_{{ name | replace('_', ' ') | title | replace(' ', '_') | replace('Sla', 'SLA') }}__c
    {%- endif -%}
{%- endmacro %}

{# A sync model of one CRM object that leads are in. All carry the same values: a person who was converted must see on
   the contact what stood on the lead. Only a record without an owner gets one; a queue is none, and neither is a rep
   who has left or a login of routing_from, whose leads are routed anew, nor one whom we had chosen and who has the lead
   no more (he let it lie, or a person moved it in the other CRM), unless somebody changed this record's owner after us.
   Whose owner a person emptied gets none until the lead is given to somebody anew. A rep who was made anew under his
   address gets his leads on the new account.
   Salesforce refuses a whole row for one text beyond 255 characters; blanks around a text it drops, and a row that is
   not read back as it was written would be written for ever. #}
{% macro lead_rows_that_differ(crm, object, entities, key) %}
{% set numbers = ['score', 'fit_score', 'intent_score'] %}
{% set short_texts = ['grade', 'play', 'owner', 'owner_reason', 'next_action', 'sla_status'] %}
{% set names = numbers + ['grade', 'play', 'reasons', 'owner', 'owner_reason', 'next_action', 'sla_due_at',
    'sla_status'] %}
{% set owner_field = 'hubspot_owner_id' if crm == 'hubspot' else 'OwnerId' %}
{% set fields = [] %}
{% for name in names %}{% do fields.append(crm_field(crm, name)) %}{% endfor %}

with records as (
    select
        crm_records.{{ key }} as record_id,
        identities.lead_id,
        crm_records.modified_at,

        {% for name in names %}
        {% if name in short_texts and crm == 'salesforce' %}
        {{ as_text('substring(wanted.' ~ name ~ ', 1, 255)') }} as {{ crm_field(crm, name) }},
        {% elif name in short_texts + ['reasons'] %}
        {{ as_text('wanted.' ~ name) }} as {{ crm_field(crm, name) }},
        {% else %}
        wanted.{{ name }} as {{ crm_field(crm, name) }},
        {% endif %}
        {% endfor %}
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
            else coalesce(
                wanted.{{ 'hubspot_owner_id' if crm == 'hubspot' else 'salesforce_user_id' }}, crm_records.owner_id
            )
        end as {{ owner_field }},

        {% for name in names %}
        {% if name in numbers %}
        {{ whole_number('crm_records.leadwright_' ~ name) }} as before__{{ crm_field(crm, name) }},
        {% else %}
        crm_records.leadwright_{{ name }} as before__{{ crm_field(crm, name) }},
        {% endif %}
        {% endfor %}
        crm_records.owner_id as before__{{ owner_field }}
    from {{ ref('stg_' ~ crm ~ '__' ~ entities) }} as crm_records
    inner join {{ ref('int_identities') }} as identities
        on {{ record_key(crm, entities, 'crm_records.' ~ key) }} = identities.record_key
    inner join {{ ref('int_write_values') }} as wanted on identities.lead_id = wanted.lead_id
    left join {{ ref('int_crm_owners') }} as present_owners
        on present_owners.crm = '{{ crm }}'
        and crm_records.owner_id = present_owners.owner_id
        and present_owners.has_leads
    left join {{ ref('int_owner_edits') }} as edits on identities.record_key = edits.record_key
    where not identities.is_deleted and not identities.is_converted
),

{{ rows_that_differ(crm, object, fields + [owner_field]) }}
{% endmacro %}
