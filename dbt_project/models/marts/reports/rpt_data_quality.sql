{% set checks = [
    ('no_email', 'No e-mail address', 'email is null'),
    ('no_name', 'No name', 'full_name is null'),
    ('no_company', 'No company', 'company_name is null'),
    ('no_job_title', 'No job title', 'job_title is null'),
    ('unread_job_title', 'Job title that the seed job_titles does not know', 'job_title is not null and job_level is null'),
    ('no_country', 'No country', 'country is null'),
    ('unknown_country', 'Country that the seed countries does not know', 'country is not null and region is null'),
    ('no_source', 'No source', 'lead_source is null'),
    ('no_size', 'No count of employees', 'employee_count is null'),
    ('bounced', 'E-mail bounced', 'has_bounced'),
    ('several_records', 'Several records in one object of one CRM', 'record_count > 1'),
] %}

-- How complete the CRMs' records are.

with records as (
    select lead_id, max(place) as record_count from {{ ref('int_member_records') }} group by lead_id
),

leads as (
    select leads.*, records.record_count
    from {{ ref('dim_leads') }} as leads
    inner join records on leads.lead_id = records.lead_id
)

{% for check_id, meaning, condition in checks %}
select
    '{{ check_id }}' as check_id,
    '{{ meaning }}' as meaning,
    {{ counted(condition) }} as lead_count,
    count(*) as of_lead_count
from leads
{{ "union all" if not loop.last }}
{% endfor %}
