{# A number from 0 to below 1, evenly spread, from a hash in hexadecimal digits: the same on every engine, because a sum of
   sixteenths is exact. Six digits tell 16 million apart. #}
{% macro number_of_hash(column) -%}
(
    {% for digit in range(1, 7) %}
    cast({{ dbt.position("substring(" ~ column ~ ", " ~ digit ~ ", 1)", "'0123456789abcdef'") }} - 1 as double) / {{ 16 ** digit }}
    {{- " +" if not loop.last }}
    {% endfor %}
)
{%- endmacro %}
