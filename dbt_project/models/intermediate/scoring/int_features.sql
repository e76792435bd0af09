{% set text_traits = [
    'job_title', 'job_level', 'job_function', 'country', 'region', 'city', 'industry', 'lead_source',
    'lead_source_detail', 'company_name', 'company_kind', 'email_domain', 'phone',
] %}
{% set flag_traits = ['has_email', 'is_free_mail', 'is_role_address', 'is_opted_out', 'has_bounced', 'is_nonsense'] %}
{% set number_traits = ['employee_count', 'company_people_count'] %}
{% set latest_numbers = ['visit_count', 'page_view_count'] %}

-- One row per lead, moment and feature that has a value. Totals that the CRM keeps without dates are known only
-- now, so they are left out of past moments.

with traits as (
    select
        traits.*,
        moments.as_of,
        moments.is_current
    from {{ ref('int_lead_traits') }} as traits
    inner join {{ ref('int_scoring_moments') }} as moments on traits.lead_id = moments.lead_id
),

signals as (
    select * from {{ ref('int_signal_features') }}
)

{% for trait in text_traits %}
select
    lead_id,
    as_of,
    '{{ trait }}' as feature,
    {{ trait }} as text_value,
    cast(null as decimal(18, 2)) as number_value,
    cast(null as timestamp) as decays_from
from traits
where {{ trait }} is not null
union all
{% endfor %}
{% for trait in flag_traits %}
select
    lead_id,
    as_of,
    '{{ trait }}' as feature,
    'true' as text_value,
    cast(1 as decimal(18, 2)) as number_value,
    cast(null as timestamp) as decays_from
from traits
where {{ trait }}
union all
{% endfor %}
{% for trait in number_traits + latest_numbers %}
select
    lead_id,
    as_of,
    '{{ trait }}' as feature,
    cast(null as string) as text_value,
    cast({{ trait }} as decimal(18, 2)) as number_value,
    cast(null as timestamp) as decays_from
from traits
where {{ trait }} is not null {{ "and is_current" if trait in latest_numbers }}
union all
{% endfor %}
select
    lead_id,
    as_of,
    signal as feature,
    cast(null as string) as text_value,
    cast(event_count as decimal(18, 2)) as number_value,
    decays_from
from signals
union all
select
    lead_id,
    as_of,
    signal || '_last_30_days' as feature,
    cast(null as string) as text_value,
    cast(recent_count as decimal(18, 2)) as number_value,
    cast(null as timestamp) as decays_from
from signals
where recent_count > 0
union all
select
    lead_id,
    as_of,
    'active_colleagues_count' as feature,
    cast(null as string) as text_value,
    cast(active_colleagues_count as decimal(18, 2)) as number_value,
    cast(null as timestamp) as decays_from
from {{ ref('int_company_features') }}
where active_colleagues_count > 0
