{# What the texts of tasks may name between braces: columns of int_writing__task_packets. #}
{% macro task_values() -%}
    {{ return([
        'action', 'answers', 'budget', 'company', 'due', 'email', 'engagement', 'grade', 'job_title', 'name', 'other_rep',
        'owner_reason', 'pain', 'phone', 'play', 'question', 'reasons', 'score', 'timing', 'who',
    ]) }}
{%- endmacro %}

{# Whether a text of a rule file names a value that a packet lacks. #}
{% macro lacks_task_values(column, packets) -%}
    {%- for name in task_values() %}
    {{ 'or ' if not loop.first }}({{ packets }}.{{ name }} is null and {{ dbt.position("'{" ~ name ~ "}'", column) }} > 0)
    {%- endfor -%}
{%- endmacro %}

{# Common table expressions that put the values of `packets` into the column `line` of the table `lines`, some values in
   each, because one expression with all of them is too deep for a parser; what a packet lacks leaves nothing. The last is
   named `filled`, and has the columns `keys` of `lines` besides. #}
{% macro filled_with_task_values(lines, packets, keys) -%}
{%- set parts = task_values() | batch(5) | list -%}
{%- for part in parts -%}
{%- set read = lines if loop.first else 'filled_' ~ loop.index0 -%}
{%- set text = namespace(sql=read ~ '.line') -%}
{%- for name in part -%}
    {%- set text.sql = "replace(" ~ text.sql ~ ", '{" ~ name ~ "}', coalesce(" ~ packets ~ "." ~ name ~ ", ''))" -%}
{%- endfor -%}
{{ 'filled' if loop.last else 'filled_' ~ loop.index }} as (
    select
        {% for key in keys %}
        {{ read }}.{{ key }},
        {% endfor %}
        {{ text.sql }} as line
    from {{ read }}
    inner join {{ packets }} on {{ read }}.task_key = {{ packets }}.task_key
){{ ',\n\n' if not loop.last }}
{%- endfor -%}
{%- endmacro %}

{# A value as it may stand in a task: not longer than anybody reads, and without braces, which would be taken for a name. #}
{% macro task_value(text) -%}
    nullif(trim(substring(replace(replace({{ text }}, '{', '('), '}', ')'), 1, 800)), '')
{%- endmacro %}
