{# A count from a text that is a number or a range, by the middle of the range: HubSpot's 50-100 is 75. A range without
   an end is taken to be one more than its beginning: 1000+ is 1001, and not one of those up to 1000. #}
{% macro range_middle(column) -%}
    {%- set text = "replace(replace(" ~ column ~ ", ',', ''), '–', '-')" -%}
    {%- set low = as_number(dbt.split_part("replace(" ~ text ~ ", '+', '')", "'-'", 1)) -%}
    {%- set high = as_number(dbt.split_part(text, "'-'", 2)) -%}
    case
        when {{ text }} like '%+%' then {{ low }} + 1
        when {{ text }} like '%_-_%' then cast(floor(cast({{ low }} + {{ high }} as double) / 2) as decimal(18, 2))
        else {{ low }}
    end
{%- endmacro %}
