{# The table of a model as earlier runs left it; none on the first run. For models that a log is made from and that
   must know what the log already says: a ref would be a circle. #}
{% macro earlier_rows(model_name, schema='intermediate') -%}
    {% if execute %}
        {{ return(adapter.get_relation(database=target.database, schema=schema, identifier=model_name)) }}
    {% endif %}
    {{ return(none) }}
{%- endmacro %}
