{# The value that Student's t with so many degrees of freedom exceeds with 2.5%: the end of an interval of 95%. Expansion
   26.7.5 of Abramowitz and Stegun, Handbook of Mathematical Functions (1964); from 4 degrees on it is right to 0.002. #}
{% macro student_t_975(df) -%}
{% set z = normal_975() %}
{% set terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
] %}
(
    cast({{ z }} as double)
    {%- for term in terms %}
    + cast({{ '%.12f' % term }} as double) / power({{ df }}, {{ loop.index }})
    {%- endfor %}
)
{%- endmacro %}

{# The value that a standard normal variable exceeds with 2.5%. #}
{% macro normal_975() %}{{ return(1.959963984540054) }}{% endmacro %}

{# The value that it exceeds with 20%: for a power of 80%. #}
{% macro normal_80() %}{{ return(0.841621233572914) }}{% endmacro %}
