{# What the texts of tasks may name between braces: columns of int_writing__task_packets. #}
{% macro task_values() -%}
    {{ return([
        'action', 'answers', 'budget', 'company', 'due', 'email', 'engagement', 'grade', 'job_title', 'name', 'other_rep',
        'owner_reason', 'pain', 'phone', 'play', 'question', 'reasons', 'score', 'timing', 'who',
    ]) }}
{%- endmacro %}

{# A text of a rule file with the values of a packet in it; null where it names one that the packet lacks. #}
{% macro with_task_values(column, packets) -%}
    case
        {% for name in task_values() %}
        when {{ packets }}.{{ name }} is null and {{ dbt.position("'{" ~ name ~ "}'", column) }} > 0 then null
        {% endfor %}
        else {{ task_values_in(column, packets) }}
    end
{%- endmacro %}

{# The same with nothing in the place of what the packet lacks. #}
{% macro task_values_in(column, packets) -%}
    {%- set filled = namespace(text=column) -%}
    {%- for name in task_values() -%}
        {%- set filled.text = "replace(" ~ filled.text ~ ", '{" ~ name ~ "}', coalesce(" ~ packets ~ "." ~ name ~ ", ''))" -%}
    {%- endfor -%}
    {{ filled.text }}
{%- endmacro %}

{# A value as it may stand in a task: not longer than anybody reads, and without braces, which would be taken for a name. #}
{% macro task_value(text) -%}
    nullif(trim(substring(replace(replace({{ text }}, '{', '('), '}', ')'), 1, 800)), '')
{%- endmacro %}
