{# The columns of a figure's row that only counts cases of its base which no date, or nothing else, places. #}
{% macro undated(kpi_id, count) -%}
select
    {{ kpi_id }} as kpi_id,
    cast(null as date) as month,
    cast(0 as double) as numerator,
    cast(0 as double) as denominator,
    cast(0 as bigint) as basis_count,
    cast(0 as bigint) as open_count,
    cast({{ count }} as bigint) as undated_count,
    false as is_mature
{%- endmacro %}
