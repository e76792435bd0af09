-- What became of everything that was sent to the CRMs, and what waits to be sent.

select
    crm,
    object,
    status,
    coalesce(code, '') as code,
    count(*) as record_count,
    max({{ in_utc('sent_at') }}) as last_at
from {{ source('ops', 'writes') }}
group by crm, object, status, coalesce(code, '')
{% for crm, object, model in [
    ('hubspot', 'contacts', 'sync_hubspot__contacts'),
    ('salesforce', 'Lead', 'sync_salesforce__leads'),
    ('salesforce', 'Contact', 'sync_salesforce__contacts'),
] %}
union all
select
    '{{ crm }}' as crm,
    '{{ object }}' as object,
    'waiting' as status,
    '' as code,
    count(*) as record_count,
    cast(null as timestamp) as last_at
from {{ ref(model) }}
{% endfor %}
