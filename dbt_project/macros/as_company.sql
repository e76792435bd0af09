{# Name of a company; null where the CRM shows a word that people and integrations type when they have none. #}
{% macro as_company(column) -%}
    case
        when lower(trim({{ column }})) not in (select word from {{ ref('placeholder_words') }}) then {{ as_text(column) }}
    end
{%- endmacro %}
