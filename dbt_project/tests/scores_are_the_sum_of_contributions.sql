-- Leads whose contributions do not add up to their scores, raw, rounded and clamped, to the cent.

with sums as (
    select
        lines.lead_id,
        {% for dimension in ['fit', 'intent'] %}
        sum(case when dimension = '{{ dimension }}' then points else 0 end) as {{ dimension }}_points,
        sum(case when dimension = '{{ dimension }}' and kind in ('rule', 'model') then points else 0 end) as {{ dimension }}_raw,
        sum(case when dimension = '{{ dimension }}' and kind != 'clamp' then points else 0 end)
            as {{ dimension }}_rounded,
        {% endfor %}
        count(*) as line_count
    from {{ ref('int_scoring__contributions') }} as lines
    inner join {{ ref('int_scoring__scores') }} as scores
        on lines.lead_id = scores.lead_id and lines.as_of = scores.as_of and scores.is_current
    group by lines.lead_id
)

select
    scores.lead_id,
    scores.fit_score,
    sums.fit_points,
    scores.intent_score,
    sums.intent_points
from {{ ref('int_scoring__scores') }} as scores
left join sums on scores.lead_id = sums.lead_id
where
    scores.is_current
    and (
        scores.fit_score != coalesce(sums.fit_points, 0)
        or scores.intent_score != coalesce(sums.intent_points, 0)
        or scores.fit_raw != coalesce(sums.fit_raw, 0)
        or scores.intent_raw != coalesce(sums.intent_raw, 0)
        or scores.fit_rounded != coalesce(sums.fit_rounded, 0)
        or scores.intent_rounded != coalesce(sums.intent_rounded, 0)
        or scores.score != coalesce(sums.fit_points, 0) + coalesce(sums.intent_points, 0)
    )
