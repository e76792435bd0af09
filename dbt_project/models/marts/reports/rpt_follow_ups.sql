{% set month = "substring(cast(cast(" ~ dbt.date_trunc('month', 'due_at') ~ " as date) as string), 1, 7)" %}
{% set cuts = [
    ('all', "'all'", "'all'"), ('origin', 'origin', 'origin'),
    ('rep', "coalesce(rep_id, '(nobody)')", "coalesce(owner_name, '(nobody)')"), ('month', month, month),
] %}

{% for cut, key, label in cuts %}
select
    '{{ cut }}' as cut,
    {{ key }} as cut_key,
    max({{ label }}) as cut_value,
    {{ counted("status in ('done', 'late', 'overdue')") }} as due_count,
    {{ counted("status = 'done'") }} as done_count,
    {{ counted("status = 'late'") }} as late_count,
    {{ counted("status = 'overdue'") }} as overdue_count,
    {{ counted("status = 'open'") }} as open_count,
    {{ counted("status = 'dropped'") }} as dropped_count,
    cast({{ counted("status = 'done'") }} as double)
    / nullif({{ counted("status in ('done', 'late', 'overdue')") }}, 0) as done_share
from {{ ref('fct_lead_follow_ups') }}
group by {{ key }}
{{ "union all" if not loop.last }}
{% endfor %}
