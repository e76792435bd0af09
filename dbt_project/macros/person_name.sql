{# Part of a person's name as names are compared: words without accents and titles. Null where there is none, and where an
   integration wrote the address in the place of the name. #}
{% macro person_name(column) -%}
    case
        when {{ column }} not like '%@%'
            then nullif(trim(regexp_replace({{ bare_words(column) }}, '{{ titles_of_people() }}', ' ')), '')
    end
{%- endmacro %}

{% macro titles_of_people() -%}
^( (dr|prof|mr|mrs|ms|miss|mx|sir|herr|frau|ing|dipl|mag|sr|sra|srta|mme|mlle|dott|dottssa|sig|dhr|mevr))+ +
{%- endmacro %}
