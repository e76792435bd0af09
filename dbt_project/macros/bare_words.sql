{# The words of a name as names are compared: like words_of, without accents and without letters of one language that
   others spell with two (ß, æ). Marks of scripts in which they tell words apart stay. #}
{% macro bare_words(column) -%}
    {{ return(adapter.dispatch('bare_words')(column)) }}
{%- endmacro %}

{% macro duckdb__bare_words(column) -%}
    case
        when strlen({{ column }}) = length({{ column }}) then {{ words_of(column) }}
        when regexp_matches({{ column }}, '[\p{Latin}\p{Greek}\p{Cyrillic}]')
            then strip_accents({{ plain_letters(words_of(column)) }})
        else {{ words_of(column) }}
    end
{%- endmacro %}

{# Not in the condition of a join; see normal_form. #}
{% macro spark__bare_words(column) -%}
    case
        when octet_length({{ column }}) = length({{ column }}) then {{ words_of(column) }}
        when {{ column }} rlike '[\\p{IsLatin}\\p{IsGreek}\\p{IsCyrillic}]'
            then try_reflect('org.apache.commons.lang3.StringUtils', 'stripAccents', {{ plain_letters(words_of(column)) }})
        else {{ words_of(column) }}
    end
{%- endmacro %}

{% macro plain_letters(words) -%}
replace(replace(replace(translate({{ words }}, 'łøđıς', 'lodiσ'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
{%- endmacro %}
