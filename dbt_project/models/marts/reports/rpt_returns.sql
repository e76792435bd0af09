{% set cuts = [
    ('all', "'all'"),
    ('grade', "coalesce(grade, '(none)')"),
    ('source', "coalesce(lead_source, '(none)')"),
    ('month', "cast(" ~ month_of('returned_at') ~ " as string)"),
] %}

-- How fast those are answered who ask again after an answer. Medians are over the answered ones; what nobody has
-- answered yet is counted beside them.

with returns as (
    select returns.*, leads.lead_source, names.grade
    from {{ ref('fct_lead_returns') }} as returns
    inner join {{ ref('dim_leads') }} as leads on returns.lead_id = leads.lead_id
    left join {{ ref('int_scoring__grade_names') }} as names on returns.promised_grade = names.name
)

{% for cut, value in cuts %}
select
    '{{ cut }}' as cut,
    {{ value }} as cut_value,
    count(*) as return_count,
    count(first_touch_at) as response_count,
    cast(median(response_minutes) as double) as median_minutes,
    cast(median(response_working_minutes) as double) as median_working_minutes,
    {{ counted("sla_status = 'kept'") }} as sla_kept_count,
    {{ counted("sla_status = 'broken'") }} as sla_broken_count,
    {{ counted("sla_status = 'running'") }} as sla_running_count,
    cast({{ counted("sla_status = 'kept'") }} as double)
    / nullif({{ counted("sla_status in ('kept', 'broken')") }}, 0) as sla_kept_share
from returns
group by {{ value }}
{{ "union all" if not loop.last }}
{% endfor %}
