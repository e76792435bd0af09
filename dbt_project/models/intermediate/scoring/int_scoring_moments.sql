-- The pairs that features and scores are computed for: every lead now, and at each past moment that the variable
-- `moments` names, if the lead was there then.

select lead_id, {{ as_of() }} as as_of, true as is_current
from {{ ref('int_people') }}
{% for moment in var('moments') %}
union all
select lead_id, cast('{{ moment }}' as timestamp) as as_of, false as is_current
from {{ ref('int_people') }}
where created_at <= cast('{{ moment }}' as timestamp) and cast('{{ moment }}' as timestamp) < {{ as_of() }}
{% endfor %}
