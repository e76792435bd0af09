{# The grades, the best one first, as the seed was loaded; one without a name where there is no seed
   yet, so that what is made of them can be linted. A model that calls this depends on the seed. #}
{% macro grades_by_place() -%}
    {% set seed = adapter.get_relation(database=target.database, schema='seeds', identifier='grade_scale') if execute %}
    {% if seed %}
        {{ return(run_query('select grade from ' ~ seed ~ ' order by place').columns[0].values() | list) }}
    {% endif %}
    {{ return(['']) }}
{%- endmacro %}
