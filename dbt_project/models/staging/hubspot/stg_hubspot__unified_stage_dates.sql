{% for column, value in [
    ('mql_at', 'marketingqualifiedlead'), ('sql_at', 'salesqualifiedlead'), ('opportunity_at', 'opportunity'),
    ('customer_at', 'customer'),
] %}
select
    crm,
    {{ record_key('crm', 'contacts', 'contact_id') }} as record_key,
    'lifecyclestage' as field,
    '{{ value }}' as value,
    {{ column }} as entered_at,
    'stage_date' as evidence_code
from {{ ref('stg_hubspot__contacts') }}
where {{ column }} is not null and not is_deleted
{{ "union all" if not loop.last }}
{% endfor %}
