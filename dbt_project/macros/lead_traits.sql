{# The columns of int_scoring__lead_traits that are features of the same name, by type; an answer's feature is
   answer_<topic>. #}
{% macro lead_traits() -%}
    {{ return({
        'text': [
            'job_title', 'job_level', 'job_function', 'country', 'region', 'city', 'industry', 'lead_source',
            'lead_source_detail', 'company_name', 'company_kind', 'email_domain', 'phone',
        ],
        'flag': ['has_email', 'is_free_mail', 'is_role_address', 'is_opted_out', 'has_bounced', 'is_nonsense'],
        'number': ['employee_count', 'visit_count', 'page_view_count', 'answered_count'],
        'answer': answer_topics(),
    }) }}
{%- endmacro %}
