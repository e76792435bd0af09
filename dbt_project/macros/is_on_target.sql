{# Whether a figure keeps its target; null without one, or where the figure is not to be judged. #}
{% macro is_on_target(value, is_judged) -%}
    case
        when {{ is_judged }} and targets.bound = 'at_least' then {{ value }} >= targets.target_value
        when {{ is_judged }} and targets.bound = 'at_most' then {{ value }} <= targets.target_value
    end
{%- endmacro %}
