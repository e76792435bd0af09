{# Domain of a website as people type it: without scheme, www, port and path, lower case; null where there is none. #}
{% macro website_domain(column) -%}
    nullif(
        regexp_replace(
            regexp_replace(regexp_replace(lower(trim({{ column }})), '^[a-z]+://', ''), '^www[.]', ''), '[:/?#].*$', ''
        ),
        ''
    )
{%- endmacro %}
