{# What became of a promise (relation with sla_minutes and sla_due_at), by its answer (relation with first_touch_at): kept,
   broken or running; null where nothing is promised. #}
{% macro sla_status(answers, promises) -%}
case
    when {{ promises }}.sla_minutes is null then cast(null as string)
    when {{ answers }}.first_touch_at <= {{ promises }}.sla_due_at then 'kept'
    when coalesce({{ answers }}.first_touch_at, {{ as_of() }}) > {{ promises }}.sla_due_at then 'broken'
    else 'running'
end
{%- endmacro %}
