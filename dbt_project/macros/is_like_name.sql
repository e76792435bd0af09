{# Whether two parts of names are the same but for further names, a short form that the longer one begins with, or a
   typing error. The last letter must agree in an error: Maria and Mario are two. Null where one is missing. #}
{% macro is_like_name(one, other) -%}
(
    {{ one }} = {{ other }}
    or {{ holds_words(one, other) }}
    or {{ holds_words(other, one) }}
    or (length({{ one }}) >= 3 and length({{ other }}) >= length({{ one }}) + 3 and {{ other }} like concat({{ one }}, '%'))
    or (length({{ other }}) >= 3 and length({{ one }}) >= length({{ other }}) + 3 and {{ one }} like concat({{ other }}, '%'))
    or (
        least(length({{ one }}), length({{ other }})) >= 5
        and right({{ one }}, 1) = right({{ other }}, 1)
        and levenshtein({{ one }}, {{ other }}) <= case when least(length({{ one }}), length({{ other }})) >= 7 then 2 else 1 end
    )
)
{%- endmacro %}

{# Whether the words of one text stand in another in a row; an initial is no word. #}
{% macro holds_words(text, words) -%}
(length({{ words }}) > 1 and {{ dbt.position("concat(' ', " ~ words ~ ", ' ')", "concat(' ', " ~ text ~ ", ' ')") }} > 0)
{%- endmacro %}
