{# Text in the form in which it is compared, whoever typed it: accents are part of their letter (macOS writes them as
   letters of their own), wide and half-wide letters of East Asian keyboards are the usual ones, every kind of blank is
   a blank, and what nobody can see is left out: zero-width letters, soft hyphens, signs of the direction of writing.
   leadwright/rules/spelling.py does the same with rules. Text in ASCII is left as it is, which spares most of the work. #}
{% macro normal_form(column) -%}
    {%- if var('is_linted', false) %}{{ return(column) }}{% endif -%}
    {{ return(adapter.dispatch('normal_form')(column)) }}
{%- endmacro %}

{% macro duckdb__normal_form(column) -%}
    case
        when strlen({{ column }}) = length({{ column }}) then {{ column }}
        else nfc_normalize({{ usual_letters(column) }})
    end
{%- endmacro %}

{# ICU comes with Spark 4. Spark takes a method of Java for one that may answer differently each time and refuses it in
   the condition of a join: staging is where this belongs. #}
{% macro spark__normal_form(column) -%}
    case
        when octet_length({{ column }}) = length({{ column }}) then {{ column }}
        else coalesce(
            try_reflect('com.ibm.icu.text.Normalizer', 'compose', {{ usual_letters(column) }}, false), {{ column }}
        )
    end
{%- endmacro %}

{% macro usual_letters(column) -%}
{% set letters = namespace(found='', usual='') %}
{# The wide ASCII, without its quotation mark and backslash, which mean something in SQL. #}
{% for code in range(65281, 65375) if code not in (65287, 65340) %}
    {% set letters.found = letters.found ~ '%c' | format(code) %}
    {% set letters.usual = letters.usual ~ '%c' | format(code - 65248) %}
{% endfor %}
{% for code in range(65382, 65440) %}
    {% set letters.found = letters.found ~ '%c' | format(code) %}
{% endfor %}
{% set letters.usual = letters.usual
    ~ 'ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン'
    ~ '\u3099\u309a' %}
{% set blanks = '\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000' %}
{% set unseen = '\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff' -%}
translate({{ column }}, '{{ letters.found ~ blanks ~ unseen }}', '{{ letters.usual ~ " " * blanks | length }}')
{%- endmacro %}
