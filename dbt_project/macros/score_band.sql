{# The band of a score: `thresholds` is a relation with medium_from and high_from. #}
{% macro score_band(score, thresholds) -%}
case
    when {{ score }} >= {{ thresholds }}.high_from then 'high'
    when {{ score }} >= {{ thresholds }}.medium_from then 'medium'
    else 'low'
end
{%- endmacro %}
