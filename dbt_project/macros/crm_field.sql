{# Field of a CRM for one of our values, in a spelling that is given by its pattern: leadwright_* makes
   leadwright_fit_score, and Leadwright_*__c, which begins with a capital, Leadwright_Fit_Score__c. #}
{% macro crm_field(pattern, value) -%}
    {%- if pattern[0] != pattern[0] | lower -%}
        {%- set value = (value | replace('_', ' ') | title | replace(' ', '_') | replace('Sla', 'SLA')) -%}
    {%- endif -%}
    {{ pattern | replace('*', value) }}
{%- endmacro %}
