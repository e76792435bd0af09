{# A sync model of one CRM object that companies are in: every record of an account that is there and not merged away.
   None is made. Nothing notes why an account's score moved, so a fall of it is taken for decay. The arguments are those
   of lead_rows_that_differ. #}
{% macro account_rows_that_differ(system, object, entities, key, fields, text_limit=none) %}
{% set values = {'account_score': 'number', 'account_grade': 'short', 'account_reasons': 'text'} %}

with records as (
    select
        crm_records.crm,
        crm_records.{{ key }} as record_id,
        members.account_id,
        {{ columns_to_compare(values, fields, text_limit) }}
        crm_records.modified_at,
        cast(null as timestamp) as moved_at
    from {{ ref('stg_' ~ system ~ '__' ~ entities) }} as crm_records
    inner join {{ ref('int_accounts__members') }} as members
        on {{ record_key('crm_records.crm', object, 'crm_records.' ~ key) }} = members.record_key
    inner join {{ ref('int_writing__account_values') }} as wanted on members.account_id = wanted.account_id
    where not members.is_deleted and (wanted.is_scored or crm_records.leadwright_account_score is not null)
),

{{ rows_that_differ(
    object,
    'account_id',
    crm_fields(fields, values),
    crm_fields(fields, ['account_score']),
    crm_fields(fields, ['account_reasons'])
) }}
{% endmacro %}
