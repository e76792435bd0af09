{# The value that chi-square with so many degrees of freedom exceeds once in a thousand: the approximation of Wilson and
   Hilferty (1931), right to 1% from 2 degrees on. #}
{% macro chi_square_999(df) -%}
(
    {{ df }} * power(
        1 - cast(2 as double) / (9 * {{ df }})
        + cast(3.090232306167813 as double) * sqrt(cast(2 as double) / (9 * {{ df }})), 3
    )
)
{%- endmacro %}
