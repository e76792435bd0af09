{# What people are asked about: the topics that frameworks share. #}
{% macro answer_topics() -%}
    {{ return([
        'budget', 'authority', 'need', 'timeline', 'goals', 'plans', 'impact', 'metrics', 'decision_criteria',
        'decision_process', 'champion',
    ]) }}
{%- endmacro %}
