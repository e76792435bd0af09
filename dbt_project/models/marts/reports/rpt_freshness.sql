{% set objects = [
    ('hubspot', 'contacts'), ('hubspot', 'companies'), ('hubspot', 'deals'), ('salesforce', 'leads'),
    ('salesforce', 'contacts'), ('salesforce', 'accounts'), ('salesforce', 'opportunities'),
] %}

-- How fresh the pulled records are: a CRM that nobody has changed for days is unused, or is no longer read.

{% for crm, object in objects %}
select
    '{{ crm }}' as crm,
    '{{ object }}' as object,
    {{ counted('not is_deleted') }} as record_count,
    {{ counted('is_deleted') }} as deleted_count,
    max(modified_at) as last_changed_at,
    cast({{ seconds_between('max(modified_at)', as_of()) }} as double) / 3600 as age_hours
from {{ ref('stg_' ~ crm ~ '__' ~ object) }}
{{ "union all" if not loop.last }}
{% endfor %}
