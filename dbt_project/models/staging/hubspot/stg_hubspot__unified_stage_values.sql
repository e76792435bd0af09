{% for field, column in [('lifecyclestage', 'lifecycle_stage'), ('hs_lead_status', 'lead_status')] %}
select
    crm,
    {{ record_key('crm', 'contacts', 'contact_id') }} as record_key,
    '{{ field }}' as field,
    coalesce({{ column }}, '') as value,
    modified_at
from {{ ref('stg_hubspot__contacts') }}
where not is_deleted
{{ "union all" if not loop.last }}
{% endfor %}
