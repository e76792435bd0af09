{% for kind, object, id in [('people', 'contacts', 'contact_id'), ('companies', 'companies', 'company_id')] %}
select
    losers.crm,
    '{{ kind }}' as kind,
    {{ record_key('losers.crm', object, 'losers.loser_id') }} as loser_key,
    {{ record_key('losers.crm', object, 'losers.winner_id') }} as winner_key
from ({{ hubspot_losers(ref('stg_hubspot__' ~ object), id) }}) as losers
{{ "union all" if not loop.last }}
{% endfor %}
