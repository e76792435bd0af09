{# Whether a condition (operator, item, low, high) of the closed list holds for a feature value (lower_value, words,
   number_value). #}
{% macro condition_holds(feature_value, condition) -%}
case {{ condition }}.operator
    when 'exists' then true
    when 'is_true' then {{ feature_value }}.lower_value = 'true'
    when 'equals'
        then
            {{ feature_value }}.lower_value = {{ condition }}.item
            or {{ feature_value }}.number_value = {{ condition }}.low
    when 'in' then {{ feature_value }}.lower_value = {{ condition }}.item
    when 'contains_word'
        then {{ dbt.position("concat(' ', " ~ condition ~ ".item, ' ')", feature_value ~ '.words') }} > 0
    when 'regex' then {{ matches_pattern(feature_value ~ '.lower_value', condition ~ '.item') }}
    when 'gte' then {{ feature_value }}.number_value >= {{ condition }}.low
    when 'lte' then {{ feature_value }}.number_value <= {{ condition }}.low
    when 'between' then {{ feature_value }}.number_value between {{ condition }}.low and {{ condition }}.high
    else false
end
{%- endmacro %}
