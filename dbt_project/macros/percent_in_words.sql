{# A share in whole percent, without the sign: 38, and <1 for what rounds to none. #}
{% macro percent_in_words(share) -%}
case
    when {{ share }} > 0 and {{ share }} < 0.005 then '<1'
    else cast(cast(round(100 * {{ share }}, 0) as integer) as string)
end
{%- endmacro %}
