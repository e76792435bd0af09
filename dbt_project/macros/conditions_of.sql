{# The rows of a seed with their values taken apart: 'in' and 'contains_word' list alternatives with | between them, so
   they have one row per alternative. #}
{% macro conditions_of(relation) -%}
select
    conditions.*,
    case
        when conditions.operator in ('in', 'contains_word')
            then lower(trim({{ dbt.split_part('conditions.value', "'|'", 'numbers.n') }}))
        when conditions.operator = 'regex' then trim(conditions.value)
        else lower(trim(conditions.value))
    end as item,
    {{ as_number(dbt.split_part('conditions.value', "'|'", 1)) }} as low,
    {{ as_number(dbt.split_part('conditions.value', "'|'", 2)) }} as high
from {{ relation }} as conditions
cross join {{ numbers_to(40) }} as numbers
where
    numbers.n = 1
    or (
        conditions.operator in ('in', 'contains_word')
        and {{ dbt.split_part('conditions.value', "'|'", 'numbers.n') }} != ''
    )
{%- endmacro %}
