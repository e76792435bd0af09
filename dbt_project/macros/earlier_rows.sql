{# The table of a model as earlier runs left it, wherever that model is configured to be; none on the first run. For
   models that a log is made from and that must know what the log already says: a ref would be a circle. A name that no
   model has is an error; a unit test has no earlier rows, and its graph lacks the model that it tests. #}
{% macro earlier_rows(model_name) -%}
    {% if execute and model.resource_type != 'unit_test' %}
        {% set id = 'model.' ~ project_name ~ '.' ~ model_name %}
        {% if id not in graph.nodes %}{{ exceptions.raise_compiler_error('There is no ' ~ id) }}{% endif %}
        {% set node = graph.nodes[id] %}
        {{ return(adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias)) }}
    {% endif %}
    {{ return(none) }}
{%- endmacro %}
