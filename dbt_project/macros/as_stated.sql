{# What somebody stated in a field: null where it stands for nothing (n/a, none, a dash). `kind` is person or country for
   a field in which some of these words are real: a person can be called Na, and NA is Namibia. #}
{% macro as_stated(column, kind=none) -%}
    case when not {{ stands_for_nothing(column, kind) }} then {{ as_text(column) }} end
{%- endmacro %}

{# A telephone number; null also where its digits are a row of keys or one digit held down. #}
{% macro as_phone(column) -%}
    case
        when not {{ matches_pattern(
            "translate(coalesce(" ~ column ~ ", ''), ' +-()./', '')",
            "'^(0*|1+|2+|3+|4+|5+|6+|7+|8+|9+|[0-9]{0,3}0{7,}|0?1234567?8?9?0?|[^0-9]*)$'"
        ) }}
            then {{ as_text(column) }}
    end
{%- endmacro %}

{# Whether a text says nothing: no letter and no digit, or one of placeholder_words, compared by words. #}
{% macro stands_for_nothing(column, kind=none) -%}
    (
        coalesce(trim({{ words_of(column) }}), '') = ''
        or trim({{ words_of(column) }}) in (
            select trim({{ words_of('word') }}) from {{ ref('placeholder_words') }}
            {% if kind %}where coalesce(real_for, '') not like '%{{ kind }}%'{% endif %}
        )
    )
{%- endmacro %}
