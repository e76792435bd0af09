{% set steps = [
    ('lead', 'true'), ('mql', 'is_mql'), ('sql', 'is_sql'),
    ('opportunity', 'is_opportunity'), ('won', 'is_won'),
] %}

-- How many leads have ever reached each stage.

{% for step, condition in steps %}
select
    {{ loop.index }} as step_number,
    '{{ step }}' as step,
    cast(coalesce(sum(case when {{ condition }} then 1 else 0 end), 0) as bigint) as lead_count
from {{ ref('dim_leads') }}
{{ "union all" if not loop.last }}
{% endfor %}
