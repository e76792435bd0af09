{% for kind, entities, object, id in [
    ('people', 'leads', 'leads', 'lead_record_id'),
    ('people', 'contacts', 'contacts', 'contact_id'),
    ('companies', 'accounts', 'Account', 'account_id'),
] %}
select
    crm,
    '{{ kind }}' as kind,
    {{ record_key('crm', object, id) }} as loser_key,
    {{ record_key('crm', object, 'master_id') }} as winner_key
from {{ ref('stg_salesforce__' ~ entities) }}
where master_id is not null
{{ "union all" if not loop.last }}
{% endfor %}
