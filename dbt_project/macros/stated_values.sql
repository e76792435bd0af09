{# What CRM records state in the fields that a seed lists, by what the field is about (a column of the seed). The record
   that was changed last is in place 1; a word that stands for nothing, such as n/a, states nothing. #}
{% macro stated_values(fields, about) %}
    select
        identities.lead_id,
        fields.{{ about }},
        records.value,
        records.crm,
        records.field,
        row_number() over (
            partition by identities.lead_id, fields.{{ about }}
            order by records.modified_at desc, records.crm desc, records.record_key, records.field
        ) as place
    from {{ ref('unified_answers') }} as records
    inner join {{ fields }} as fields
        on records.crm = fields.crm and records.crm_object = fields.object and records.field = fields.field
    inner join {{ ref('int_identity__records') }} as identities on records.record_key = identities.record_key
    where not identities.is_deleted and not {{ stands_for_nothing('records.value') }}
{%- endmacro %}
