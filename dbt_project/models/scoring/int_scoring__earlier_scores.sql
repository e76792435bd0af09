{% set log = earlier_rows('log_lead_score_history') %}
{% set logged = adapter.get_columns_in_relation(log) | map(attribute='name') | list if log else [] %}
-- depends_on: {{ ref('score_dimensions') }}

-- Each lead's score as the log of them has it after earlier runs.

{% if log %}
select
    history.lead_id,
    history.change_number,
    history.fit_score,
    history.intent_score,
    history.score,
    history.grade,
    history.play,
    {% for column in ['disqualified_reason', 'override_grade'] %}
    {{ 'cast(null as string)' if logged and column not in logged else 'history.' ~ column }} as {{ column }}{{ "," if not loop.last }}
    {% endfor %}
from {{ log }} as history
inner join (
    select lead_id, max(change_number) as change_number from {{ log }} group by lead_id
) as newest
    on history.lead_id = newest.lead_id and history.change_number = newest.change_number
{% else %}
select
    cast(null as string) as lead_id,
    0 as change_number,
    0 as fit_score,
    0 as intent_score,
    0 as score,
    cast(null as string) as grade,
    cast(null as string) as play,
    cast(null as string) as disqualified_reason,
    cast(null as string) as override_grade
from {{ ref('score_dimensions') }}
where 1 = 0
{% endif %}
