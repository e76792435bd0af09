-- The names that grades have and had: what a log or a CRM holds under an earlier name is of the grade that it became.

with names as (
    select grade as name, grade, stands_for
    from {{ ref('grade_scale') }}
    union all
    select trim({{ dbt.split_part('scale.formerly', "'|'", 'numbers.n') }}) as name, scale.grade, scale.stands_for
    from {{ ref('grade_scale') }} as scale
    cross join {{ numbers_to(9) }} as numbers
    where scale.formerly is not null
)

select name, min(grade) as grade, min(stands_for) as stands_for
from names
where name != ''
group by name
