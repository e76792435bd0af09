{# A number from a text that is one, or a range of numbers by its middle: 50-100 is 75. A range without an end is
   taken to be one more than its beginning: 1000+ and > 1000 are 1001, and not one of those up to 1000; one without a
   beginning one less than its end: < 500 is 499. #}
{% macro range_middle(column) -%}
    {%- if var('is_linted', false) %}{{ return(stated_number(column)) }}{% endif -%}
    {%- set text = "replace(replace(translate(lower(" ~ column ~ "), '–—', '--'), ' to ', '-'), ' bis ', '-')" -%}
    {%- set low = stated_number(dbt.split_part(text, "'-'", 1)) -%}
    {%- set high = stated_number(dbt.split_part(text, "'-'", 2)) -%}
    {%- set bare = stated_number("translate(" ~ text ~ ", '+<>≤≥', '')") -%}
    coalesce(
        {{ stated_number(text) }},
        try_cast(case
            when {{ text }} like '%_-_%' then floor(cast({{ low }} + {{ high }} as double) / 2)
            when {{ text }} like '%+' or {{ text }} like '>%' or {{ text }} like '≥%' then {{ bare }} + 1
            when {{ text }} like '<%' or {{ text }} like '≤%' then {{ bare }} - 1
        end as decimal(18, 2))
    )
{%- endmacro %}
