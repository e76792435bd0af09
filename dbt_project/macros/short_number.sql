{# A decimal of two digits as a text, without the digits where there are none to tell: 3 and 3.50. #}
{% macro short_number(number) -%}
replace(cast(cast({{ number }} as decimal(18, 2)) as string), '.00', '')
{%- endmacro %}
