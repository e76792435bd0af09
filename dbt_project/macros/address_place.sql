{# How exactly a pattern of a rule row names an address: 1 the whole address, 2 its domain (*@domain), 3 everybody (*);
   null where it does not. #}
{% macro address_place(pattern, email) -%}
case
    when lower({{ pattern }}) = {{ email }} then 1
    when
        {{ pattern }} like '*@%'
        and lower({{ dbt.split_part(pattern, "'@'", 2) }}) = {{ dbt.split_part(email, "'@'", 2) }}
        then 2
    when {{ pattern }} = '*' then 3
end
{%- endmacro %}
