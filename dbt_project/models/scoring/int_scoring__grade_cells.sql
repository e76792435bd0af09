-- For each cell of the grid and each grade that a person may set instead: the cell with that grade that has most in common
-- with it. Its own grade is of the cell itself.

with choices as (
    select
        cells.fit_band,
        cells.intent_band,
        cells.grade as automatic_grade,
        others.grade,
        others.play,
        others.next_action,
        others.sla_minutes,
        row_number() over (
            partition by cells.fit_band, cells.intent_band, others.grade
            order by
                case when cells.intent_band = others.intent_band then 0 else 2 end
                + case when cells.fit_band = others.fit_band then 0 else 1 end,
                coalesce(others.sla_minutes, 1000000),
                others.fit_band,
                others.intent_band
        ) as place
    from {{ ref('grades') }} as cells
    cross join {{ ref('grades') }} as others
)

select
    fit_band,
    intent_band,
    automatic_grade,
    grade,
    play,
    next_action,
    sla_minutes
from choices
where place = 1
