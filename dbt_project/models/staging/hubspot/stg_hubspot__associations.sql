-- A record without links has a row that says so, with `none` for the other record.

{% set pairs = [
    ('contacts', 'companies'), ('deals', 'contacts'), ('deals', 'companies'), ('emails', 'contacts'),
    ('calls', 'contacts'), ('meetings', 'contacts'), ('tasks', 'contacts'),
] %}

{% for from_object, to_object in pairs %}
select
    '{{ from_object }}' as from_object,
    from_id,
    '{{ to_object }}' as to_object,
    to_id,
    {{ as_text('association_type') }} as association_type
from {{ source('raw_hubspot', from_object ~ '_to_' ~ to_object) }}
where to_id <> 'none'
{{ "union all" if not loop.last }}
{% endfor %}
