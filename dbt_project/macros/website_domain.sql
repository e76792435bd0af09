{# Domain of the first address in a field in which people type websites: without scheme, www, mailbox, port and path, in
   lower case; null where there is none. A bare word is no domain, and n/a or http:// are none either. #}
{% macro website_domain(column) -%}
    {{ return(adapter.dispatch('website_domain')(column)) }}
{%- endmacro %}

{% macro duckdb__website_domain(column) -%}
    nullif(
        regexp_extract(
            regexp_replace(lower({{ column }}), '[a-z]+:?//', ' ', 'g'), '(^|[\s,;|@(<])(www[0-9]*[.])?{{ host_pattern() }}', 3
        ),
        ''
    )
{%- endmacro %}

{% macro spark__website_domain(column) -%}
    nullif(
        regexp_extract(
            regexp_replace(lower({{ column }}), '[a-z]+:?//', ' '), '(^|[\\s,;|@(<])(www[0-9]*[.])?{{ host_pattern() | replace("\\", "\\\\") }}', 3
        ),
        ''
    )
{%- endmacro %}

{% macro host_pattern() -%}
(([\p{L}\p{M}\p{N}_-]+[.])+([\p{L}\p{M}]{2,}|xn--[a-z0-9-]+))($|[\s,;:/?#|)>.])
{%- endmacro %}
