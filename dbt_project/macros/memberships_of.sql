{# A sync model of the people whom a system's lists or campaigns are to get or to lose. What a list shows is not pulled:
   the connector asks before it writes. #}
{% macro memberships_of(system) -%}
select
    crm,
    record_id,
    lead_id,
    payload_hash,
    cast(null as timestamp) as record_changed_at,
    is_member,
    not is_member as before__is_member
from {{ ref('int_writing__memberships') }}
where crm in ({{ quoted_accounts_of(system) }})
{%- endmacro %}
