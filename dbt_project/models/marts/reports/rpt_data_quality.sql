{% set checks = [
    ('no_email', 'No e-mail address', 'email is null'),
    ('no_name', 'No name', 'full_name is null'),
    ('no_company', 'No company', 'company_name is null'),
    ('no_job_title', 'No job title', 'job_title is null'),
    ('unread_job_title', 'Job title that the seed job_titles does not know', 'job_title is not null and job_level is null'),
    ('no_country', 'No country', 'country is null'),
    ('unknown_country', 'Country that the seed countries does not know', 'country is not null and region is null'),
    ('crowded_domain', 'Of a domain that many people write from and no CRM has a company for: is it a mail provider? (rpt_crowded_domains)', 'is_of_crowd'),
    ('no_source', 'No source', 'lead_source is null'),
    ('no_size', 'No count of employees', 'employee_count is null'),
    ('bounced', 'E-mail bounced', 'has_bounced'),
    ('several_records', 'Several records in one object of one CRM', 'record_count > 1'),
    ('suspected_duplicate', 'Another lead of the same name at the same company', 'namesake_count > 1'),
    ('stale', 'Open, and nothing was heard of it or done about it for 90 days', 'is_open and last_active_at < stale_before'),
    ('unknown_stage', 'Stage or status that the seed lead_stages does not know', 'has_unknown_stage'),
] %}
{% set stale_days = 90 %}

-- How complete, unique and current the CRMs' records are.

with records as (
    select lead_id, max(place) as record_count from {{ ref('int_identity__member_records') }} group by lead_id
),

active as (
    select lead_id, max(occurred_at) as last_active_at
    from (
        select lead_id, occurred_at from {{ ref('int_engagement__signals') }} where occurred_at <= {{ as_of() }}
        union all
        select lead_id, touched_at as occurred_at from {{ ref('fct_lead_touches') }}
    ) as moments
    group by lead_id
),

stages as (
    select lead_id, max(case when is_unknown then 1 else 0 end) = 1 as has_unknown_stage
    from (
        select
            lead_id, is_unknown, row_number() over (partition by lead_id, track order by known_at desc) as place
        from {{ ref('int_lifecycle__stage_events') }}
    ) as words
    where place = 1
    group by lead_id
),

leads as (
    select
        leads.*,
        records.record_count,
        case
            when leads.full_name is not null and leads.company_key is not null
                then count(*) over (partition by lower(leads.full_name), leads.company_key)
        end as namesake_count,
        crowds.domain is not null as is_of_crowd,
        coalesce(active.last_active_at, leads.created_at) as last_active_at,
        {{ dbt.dateadd('day', -stale_days, as_of()) }} as stale_before,
        coalesce(stages.has_unknown_stage, false) as has_unknown_stage
    from {{ ref('dim_leads') }} as leads
    inner join records on leads.lead_id = records.lead_id
    left join {{ ref('rpt_crowded_domains') }} as crowds on leads.company_key = crowds.domain
    left join active on leads.lead_id = active.lead_id
    left join stages on leads.lead_id = stages.lead_id
)

{% for check_id, meaning, condition in checks %}
select
    '{{ check_id }}' as check_id,
    '{{ meaning }}' as meaning,
    {{ counted(condition) }} as lead_count,
    count(*) as of_lead_count,
    cast({{ counted(condition) }} as double) / nullif(count(*), 0) as rate
from leads
{{ "union all" if not loop.last }}
{% endfor %}
