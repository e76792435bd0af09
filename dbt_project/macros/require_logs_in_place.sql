{# Stops before anything is built where a log is not where the project has it and is in another schema of this warehouse:
   a run that does not see its log would take itself for the first one, and give every lead a new id. #}
{% macro require_logs_in_place() -%}
    {% if execute %}
        {% for node in graph.nodes.values()
            if node.resource_type == 'model' and node.config.materialized == 'incremental' %}
            {% if not adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) %}
                {% for schema in list_schemas(node.database).columns[0].values() if schema != node.schema %}
                    {% if adapter.get_relation(database=node.database, schema=schema, identifier=node.alias) %}
                        {{ exceptions.raise_compiler_error(
                            'The log ' ~ node.alias ~ ' is in the schema ' ~ schema ~ ' and not in ' ~ node.schema
                            ~ ', where this project has it: nothing was built, because it would be begun anew. `leadwright run` '
                            ~ 'moves the tables of an older version; what a change of the project moved, move back.'
                        ) }}
                    {% endif %}
                {% endfor %}
            {% endif %}
        {% endfor %}
    {% endif %}
{%- endmacro %}
