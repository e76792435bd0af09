{# Stops before anything is built where a log is not where the project has it and is elsewhere in this warehouse, in another
   schema or where an older version kept it: a run that does not see its log would take itself for the first one, and give
   every lead a new id. #}
{% macro require_logs_in_place() -%}
    {% if execute %}
        {% for node in graph.nodes.values()
            if node.resource_type == 'model' and node.config.materialized == 'incremental'
            and not adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) %}
            {% set places = [] %}
            {% for schema in list_schemas(node.database).columns[0].values() if schema != node.schema %}
                {% do places.append((schema, node.alias)) %}
            {% endfor %}
            {% for schema, begin in [('intermediate', 'int_'), ('marts', 'fct_')] %}
                {% do places.append((schema, begin ~ node.alias.removeprefix('log_'))) %}
            {% endfor %}
            {% for schema, name in places %}
                {% set found = adapter.get_relation(database=node.database, schema=schema, identifier=name) %}
                {% if found and found.is_table %}
                    {{ exceptions.raise_compiler_error(
                        'The log ' ~ node.alias ~ ' is in the schema ' ~ schema ~ ' as ' ~ name ~ ' and not in '
                        ~ node.schema ~ ', where this project has it: nothing was built, because it would be begun anew. '
                        ~ '`leadwright run` moves the tables of an older version; what a change of the project moved, move back.'
                    ) }}
                {% endif %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{%- endmacro %}
