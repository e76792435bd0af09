{# What win rates are told apart by, coarse to fine: size of the company; size, region and industry. #}
{% macro lead_profile(level, people) -%}
{%- set size -%}
case
    when {{ people }}.employee_count <= 50 then 'small'
    when {{ people }}.employee_count <= 1000 then 'middle'
    when {{ people }}.employee_count > 1000 then 'large'
    else 'unknown'
end
{%- endset -%}
{%- if level == 'size' -%}
{{ size }}
{%- else -%}
{{ size }} || '/' || coalesce({{ people }}.region, '')
|| '/' || coalesce(replace(lower({{ people }}.industry), '_', ' '), '')
{%- endif -%}
{%- endmacro %}
