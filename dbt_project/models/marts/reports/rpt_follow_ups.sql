{% set cuts = [('all', "'all'"), ('origin', 'origin'), ('rep', "coalesce(owner_name, '(nobody)')")] %}

{% for cut, value in cuts %}
select
    '{{ cut }}' as cut,
    {{ value }} as cut_value,
    {{ counted("status in ('done', 'late', 'overdue')") }} as due_count,
    {{ counted("status = 'done'") }} as done_count,
    {{ counted("status = 'late'") }} as late_count,
    {{ counted("status = 'overdue'") }} as overdue_count,
    {{ counted("status = 'open'") }} as open_count,
    {{ counted("status = 'dropped'") }} as dropped_count
from {{ ref('fct_lead_follow_ups') }}
group by {{ value }}
{{ "union all" if not loop.last }}
{% endfor %}
