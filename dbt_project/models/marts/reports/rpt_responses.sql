{% set cuts = [
    ('all', "'all'"), ('grade', 'grade'), ('source', "coalesce(lead_source, '(none)')"),
    ('rep', "coalesce(owner_name, '(nobody)')"), ('hour', 'ready_hour'),
    ('channel', "coalesce(first_touch_channel, '(not yet)')"),
] %}

-- How fast people answer, cut in several ways. Leads that nobody has answered yet are counted beside the medians, which
-- can only be over those that were answered.

with responses as (
    select
        responses.*,
        scores.grade,
        leads.lead_source,
        assignments.owner_name,
        {{ dbt.split_part(dbt.split_part('cast(responses.ready_at as string)', "' '", 2), "':'", 1) }} as ready_hour
    from {{ ref('fct_lead_responses') }} as responses
    inner join {{ ref('fct_lead_scores') }} as scores on responses.lead_id = scores.lead_id
    inner join {{ ref('dim_leads') }} as leads on responses.lead_id = leads.lead_id
    left join {{ ref('fct_lead_assignments') }} as assignments on responses.lead_id = assignments.lead_id
)

{% for cut, value in cuts %}
select
    '{{ cut }}' as cut,
    {{ value }} as cut_value,
    count(*) as ready_count,
    count(first_touch_at) as response_count,
    cast({{ median('response_minutes') }} as double) as median_minutes,
    cast({{ quantile('response_minutes', 0.9) }} as double) as p90_minutes,
    cast({{ median('response_working_minutes') }} as double) as median_working_minutes,
    cast({{ quantile('response_working_minutes', 0.9) }} as double) as p90_working_minutes,
    cast({{ median('system_minutes') }} as double) as median_system_minutes,
    cast({{ median('human_minutes') }} as double) as median_human_minutes,
    cast({{ median('human_working_minutes') }} as double) as median_human_working_minutes,
    {{ counted("sla_status = 'kept'") }} as sla_kept_count,
    {{ counted("sla_status = 'broken'") }} as sla_broken_count,
    {{ counted("sla_status = 'running'") }} as sla_running_count,
    cast({{ counted("sla_status = 'kept'") }} as double)
    / nullif({{ counted("sla_status in ('kept', 'broken')") }}, 0) as sla_kept_share
from responses
group by {{ value }}
{{ "union all" if not loop.last }}
{% endfor %}
