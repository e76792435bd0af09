{# Whether a row with known_from and known_until, each null where there is no such limit, was known at a moment. #}
{% macro known_at(row, moment) -%}
    ({{ row }}.known_from is null or {{ row }}.known_from <= {{ moment }})
    and ({{ row }}.known_until is null or {{ row }}.known_until > {{ moment }})
{%- endmacro %}
