{# A range of numbers as people say it; `low` is in it and `high` is not. #}
{% macro range_in_words(low, high) -%}
case
    when {{ low }} is null and {{ high }} is null then 'known'
    when {{ low }} is null then 'under ' || {{ short_number(high) }}
    when {{ high }} is null then {{ short_number(low) }} || ' or more'
    when {{ high }} = {{ low }} + 1 then {{ short_number(low) }}
    else {{ short_number(low) }} || ' to ' || {{ short_number(high) }}
end
{%- endmacro %}
