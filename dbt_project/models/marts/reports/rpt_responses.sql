{% set cuts = [
    ('all', "'all'", "'all'"),
    ('grade', "coalesce(grade, '(none)')", "coalesce(grade, '(none)')"),
    ('source', "coalesce(lead_source, '(none)')", "coalesce(lead_source, '(none)')"),
    ('rep', "coalesce(responsible_rep_id, '(nobody)')", "coalesce(responsible_name, '(nobody)')"),
    ('hour', 'ready_hour', 'ready_hour'),
    ('channel', "coalesce(first_touch_channel, '(not yet)')", "coalesce(first_touch_channel, '(not yet)')"),
] %}

-- How fast people answer, cut in several ways. Leads that nobody has answered yet are counted beside the medians, which
-- can only be over those that were answered. The hour is that on the clock of the lead's calendar when it became ready.

with responses as (
    select
        responses.*,
        leads.lead_source,
        names.grade,
        reps.full_name as responsible_name,
        {{ dbt.split_part(dbt.split_part(
            'cast(' ~ local_time('responses.ready_at', 'calendars.time_zone') ~ ' as string)', "' '", 2
        ), "':'", 1) }} as ready_hour
    from {{ ref('fct_lead_responses') }} as responses
    inner join {{ ref('dim_leads') }} as leads on responses.lead_id = leads.lead_id
    left join {{ ref('int_scoring__grade_names') }} as names on responses.promised_grade = names.name
    left join {{ ref('calendars') }} as calendars on responses.calendar = calendars.calendar
    left join {{ ref('dim_reps') }} as reps on responses.responsible_rep_id = reps.rep_id
)

{% for cut, key, label in cuts %}
select
    '{{ cut }}' as cut,
    {{ key }} as cut_key,
    max({{ label }}) as cut_value,
    count(*) as ready_count,
    count(first_touch_at) as response_count,
    cast(median(response_minutes) as double) as median_minutes,
    cast({{ quantile('response_minutes', 0.9) }} as double) as p90_minutes,
    cast(median(response_working_minutes) as double) as median_working_minutes,
    cast({{ quantile('response_working_minutes', 0.9) }} as double) as p90_working_minutes,
    cast(median(system_minutes) as double) as median_system_minutes,
    cast(median(human_minutes) as double) as median_human_minutes,
    cast(median(human_working_minutes) as double) as median_human_working_minutes,
    {{ counted("sla_status = 'kept'") }} as sla_kept_count,
    {{ counted("sla_status = 'broken'") }} as sla_broken_count,
    {{ counted("sla_status = 'running'") }} as sla_running_count,
    cast({{ counted("sla_status = 'kept'") }} as double)
    / nullif({{ counted("sla_status in ('kept', 'broken')") }}, 0) as sla_kept_share
from responses
group by {{ key }}
{{ "union all" if not loop.last }}
{% endfor %}
