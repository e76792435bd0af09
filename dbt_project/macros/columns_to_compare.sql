{# For each of `values` (name -> number, short, text or moment) the column <field> with what the CRM should show and
   before__<field> with what it shows. A CRM drops blanks around a text, and what is not read back as it was written would
   be written for ever. #}
{% macro columns_to_compare(values, pattern, text_limit) %}
{% for value, kind in values.items() %}
    {% set wanted, shown = 'wanted.' ~ value, 'crm_records.leadwright_' ~ value %}
    {% if kind == 'short' and text_limit %}
        {% set wanted = 'substring(' ~ wanted ~ ', 1, ' ~ text_limit ~ ')' %}
    {% endif %}
    {{ as_text(wanted) if kind in ('short', 'text') else wanted }} as {{ crm_field(pattern, value) }},
    {{ whole_number(shown) if kind == 'number' else shown }} as before__{{ crm_field(pattern, value) }},
{% endfor %}
{% endmacro %}
