{# 'true' where a text says yes as an API, a checkbox or a person does, in the languages that number formats are read in; else
   null. #}
{% macro stated_flag(column) -%}
    case
        when
            lower(trim({{ column }})) in (
                'true', 'yes', 'y', '1', 'x', 'on', 'ja', 'j', 'oui', 'sí', 'si', 'sì', 'sim', 'tak', 'ano', 'áno'
            )
            then 'true'
    end
{%- endmacro %}
