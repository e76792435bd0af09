{# A number as people and files write it, or null where the text is none: with a currency (€50k, 1.250,50 EUR), with
   thousands apart by points, commas, blanks or apostrophes (1 000,50; 50'000), with a word for thousands or millions
   (2.5M, 50 Mio). One sign with three digits behind it can mean either (50.000); the seed number_format decides. A number
   as an API spells it (50000, 50000.0, 5E4) reads the same whatever the seed says.

   Each step rewrites what the step before left, until a plain number is left, with an exponent for the word: x3 until
   the end, because an API's own exponent (1.234E7) has no thousands in it.

   sqlfluff gives up on calls nested that deep, so it is shown the shape alone. #}
{% macro stated_number(column) -%}
    {%- if var('is_linted', false) -%}
    {{ return("try_cast(" ~ column ~ " as decimal(18, 2))") }}
    {%- endif -%}
    {%- set money = '(?:[$¢£¥€₹₩₽₺]|eur|euros?|usd|us|gbp|chf|cad|aud|brl|r|pln|zł|sek|nok|dkk|kr|czk|inr|jpy|dollars?| )*' -%}
    {%- set power = '((?:x[0-9])?)$' -%}
    {%- set start = '^([-+]?[0-9]{1,3})' -%}
    {%- set steps = [
        ('^' ~ money ~ '([-+]?[0-9].*)$', [1]),
        ('^(.*[0-9]) *(?:k|tsd|tausend|thousand|mil|mille|mila)[.]?' ~ money ~ '$', [1, 'x3']),
        ('^(.*[0-9]) *(?:m|mm|mn|mio|mill|millions?|millionen|millón|millones|milioni)[.]?' ~ money ~ '$', [1, 'x6']),
        ('^(.*[0-9]) *(?:bn|mrd|md|billions?|milliarden?|milliards?)[.]?' ~ money ~ '$', [1, 'x9']),
        ('^(.*[0-9])(?:[.]-|,-)?[.]?' ~ money ~ '$', [1]),
        (start ~ ' ([0-9]{3})(?: ([0-9]{3}))?(?: ([0-9]{3}))?((?:[.,][0-9]+)?)' ~ power, [1, 2, 3, 4, 5, 6]),
        (start ~ '(?:,([0-9]{2,3}))?(?:,([0-9]{2,3}))?,([0-9]{3})[.]([0-9]+)' ~ power, [1, 2, 3, 4, '.', 5, 6]),
        (start ~ '(?:[.]([0-9]{2,3}))?(?:[.]([0-9]{2,3}))?[.]([0-9]{3}),([0-9]+)' ~ power, [1, 2, 3, 4, '.', 5, 6]),
        (start ~ '(?:,([0-9]{2,3}))?,([0-9]{2,3}),([0-9]{3})' ~ power, [1, 2, 3, 4, 5]),
        (start ~ '(?:[.]([0-9]{2,3}))?[.]([0-9]{2,3})[.]([0-9]{3})' ~ power, [1, 2, 3, 4, 5]),
        (none, [1, 2, 3]),
        ('^([-+]?[0-9]*),([0-9]+)' ~ power, [1, '.', 2, 3]),
        ('^(.*)x([0-9])$', [1, 'e', 2]),
    ] -%}
    {%- set grouped -%}
        (
            select
                '^([-+]?[1-9][0-9]{0,2})'
                || case when max(case when setting = 'decimal_mark' then value end) = 'comma' then '[.]' else ',' end
                || '([0-9]{3}){{ power }}'
            from {{ ref('number_format') }}
        )
    {%- endset -%}
    {%- set ns = namespace(text="trim(replace(translate(lower(" ~ column ~ "), '\u00a0\u2007\u2009\u202f’ʼ', '      '), chr(39), ' '))") -%}
    {%- for pattern, parts in steps -%}
        {%- set ns.text = rewritten(ns.text, "'" ~ pattern ~ "'" if pattern else grouped, parts) -%}
    {%- endfor -%}
    try_cast(nullif({{ ns.text }}, '') as decimal(18, 2))
{%- endmacro %}

{# A text that fits a regular expression rewritten as the expression's groups (numbers) and texts; any other as it is.
   `pattern` is SQL, without a backslash. #}
{% macro rewritten(text, pattern, parts) -%}
    {{ return(adapter.dispatch('rewritten')(text, pattern, parts)) }}
{%- endmacro %}

{% macro duckdb__rewritten(text, pattern, parts) -%}
    regexp_replace({{ text }}, {{ pattern }}, '{% for part in parts %}{{ '\\' if part is number }}{{ part }}{% endfor %}')
{%- endmacro %}

{% macro spark__rewritten(text, pattern, parts) -%}
    regexp_replace({{ text }}, {{ pattern }}, '{% for part in parts %}{{ '$' if part is number }}{{ part }}{% endfor %}')
{%- endmacro %}
