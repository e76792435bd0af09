{# A plain text of several lines as HTML that shows it: what a form was told must not become markup. #}
{% macro html_text(column) -%}
    replace(
        replace(
            replace(replace(replace({{ column }}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
            chr(34), '&quot;'
        ),
        chr(10), '<br>'
    )
{%- endmacro %}
