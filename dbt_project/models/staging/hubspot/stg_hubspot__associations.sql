-- A record without links has a row that says so, with `none` for the other record. HubSpot says which company is the
-- primary one by a type of the link: 1 from a contact, 5 from a deal.

{% set pairs = [
    ('contacts', 'companies'), ('deals', 'contacts'), ('deals', 'companies'), ('emails', 'contacts'),
    ('calls', 'contacts'), ('meetings', 'contacts'), ('tasks', 'contacts'),
] %}

{% set primary_types = {'contacts_to_companies': 'HUBSPOT_DEFINED:1', 'deals_to_companies': 'HUBSPOT_DEFINED:5'} %}

{% for from_object, to_object in pairs %}
select
    crm,
    '{{ from_object }}' as from_object,
    from_id,
    '{{ to_object }}' as to_object,
    to_id,
    {{ as_text('association_type') }} as association_type,
    coalesce(
        concat(', ', association_type, ', ') like '%, Primary, %'
        or concat(', ', association_type, ', ')
        like '%, {{ primary_types.get(from_object ~ '_to_' ~ to_object, 'Primary') }}, %',
        false
    ) as is_primary
from {{ raw_rows('hubspot', from_object ~ '_to_' ~ to_object) }}
where to_id <> 'none'
{{ "union all" if not loop.last }}
{% endfor %}
