{# Whether words were typed by hands that fell on the keyboard, or by a machine that leaves its link in every field: a run
   of keys, one key held down, in names no vowel in six letters or more, nothing but digits, or the words of a link. Only
   Latin letters are looked at. Names such as Krzysztof, Szczepanski, Ng, Nguyen and Hrvst have none of these. Outside names
   a held key counts where nothing else is said: XXXX is nothing, XXXX Brewery is a brewery. #}
{% macro is_mashed(words, is_name) -%}
{% set runs = 'asdf|sdfg|dfgh|fghj|ghjk|hjkl|qwer|zxcv|xcvb|cvbn|yxcv|jkljk|lkjh|fdsa' %}
{% set held = [] %}
{% for letter in 'abcdefghijklmnopqrstuvwxyz' %}{% do held.append(letter ~ '{4,}') %}{% endfor %}
    {{ matches_pattern(words, "'" ~ runs ~ "'") }}
    or {{ matches_pattern(words, "'" ~ (held | join('|') if is_name else '^((' ~ held | join('|') ~ ')( |$))+$') ~ "'") }}
    or {{ matches_pattern(words, "'(^| )(http|https|www)( |$)'") }}
    {% if is_name -%}
    or {{ matches_pattern(words, "'^[bcdfghjklmnpqrstvwxz]{6,}$'") }}
    or {{ matches_pattern(words, "'^[0-9 ]+$'") }}
    {%- endif %}
{%- endmacro %}
