select
    cells.fit_band,
    cells.intent_band,
    scale.stands_for
from seeds.grades as cells
inner join seeds.grade_scale as scale on cells.grade = scale.grade
