{% set measures = [
    ('answered', 'share', 'is_answered'),
    ('response_minutes', 'ratio', 'response_minutes'),
    ('answered_in_time', 'share', 'is_answered_in_time'),
    ('sql', 'share', 'is_sql'),
    ('mql_to_sql', 'share', 'is_sql_of_mql'),
    ('won', 'share', 'is_won'),
    ('revenue', 'amount', 'revenue_amount'),
] %}
{% set groups = ['treated', 'control'] %}

-- How the two groups did, each by itself. Response times are compared by their logarithms, so that one answer after a month
-- does not outweigh a hundred within the hour; whoever is answered within a minute counts as one minute.

with outcomes as (
    {% for measure, kind, column in measures %}
    select
        rollout_id,
        rollout_group,
        drawn_at,
        until_at,
        '{{ measure }}' as measure,
        {{ loop.index }} as place,
        '{{ kind }}' as kind,
        {% if kind == 'share' %}
        cast(case when {{ column }} then 1 else 0 end as double) as outcome
        {% elif kind == 'ratio' %}
        ln(greatest({{ column }}, 1)) as outcome
        {% else %}
        cast({{ column }} as double) as outcome
        {% endif %}
    from {{ ref('fct_rollout_leads') }}
    where {{ column }} is not null
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    rollout_id,
    measure,
    cast(place as integer) as place,
    kind,
    {% for group in groups %}
    {{ counted("rollout_group = '" ~ group ~ "'") }} as {{ group }}_count,
    cast(sum(case when rollout_group = '{{ group }}' then outcome else 0 end) as double) as {{ group }}_sum,
    cast(avg(case when rollout_group = '{{ group }}' then outcome end) as double) as {{ group }}_mean,
    cast(var_samp(case when rollout_group = '{{ group }}' then outcome end) as double) as {{ group }}_variance,
    {% endfor %}
    min(drawn_at) as began_at,
    max(until_at) as until_at
from outcomes
group by rollout_id, measure, place, kind
