{% for object, table in [('leads', 'Lead'), ('contacts', 'Contact')] %}
select crm, {{ record_key('crm', object, 'Id') }} as record_key
from {{ raw_rows('salesforce', table) }}
{{ "union all" if not loop.last }}
{% endfor %}
