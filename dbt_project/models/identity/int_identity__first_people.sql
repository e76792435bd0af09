{% set own = ['first_name', 'last_name', 'job_title', 'phone'] %}
{% set of_company = ['company_name', 'website', 'country', 'city', 'industry', 'employee_count'] %}

-- Who a lead was when it came, as far as records of today can tell: by those that were there within a day of the first,
-- without what a conversion made and without companies that may have been linked later. How far a lead gets decides which
-- records it has; what they say must not be known of the time before.

with first_records as (
    select
        records.lead_id,
        records.precedence,
        {% for column in own %}
        records.{{ column }},
        {% endfor %}
        {% for column in of_company %}
        case when records.is_company_from_start then records.{{ column }} else records.own_{{ column }} end as {{ column }},
        {% endfor %}
        row_number() over (
            partition by records.lead_id, records.crm, records.object order by records.place
        ) as first_place
    from {{ ref('int_identity__member_records') }} as records
    inner join {{ ref('int_identity__people') }} as people on records.lead_id = people.lead_id
    where
        not records.is_made_by_conversion
        and records.created_at <= {{ dbt.dateadd('day', 1, 'people.created_at') }}
),

best as (
    select
        {% for column in own + of_company %}
        {{ first_stated(column, 'precedence') }} as {{ column }},
        {% endfor %}
        lead_id
    from first_records
    where first_place = 1
    group by lead_id
)

select
    people.lead_id,
    people.email_key,
    people.email_domain,
    people.lead_source,
    people.lead_source_detail,
    people.company_key,
    people.is_opted_out,
    people.has_bounced,
    people.visit_count,
    people.page_view_count,
    {% for column in own + of_company if column != 'country' %}
    best.{{ column }},
    {% endfor %}
    nullif(trim(concat(coalesce(best.first_name, ''), ' ', coalesce(best.last_name, ''))), '') as full_name,
    coalesce(countries.country, best.country) as country,
    countries.region
from {{ ref('int_identity__people') }} as people
left join best on people.lead_id = best.lead_id
left join {{ ref('countries') }} as countries on lower(best.country) = countries.spelling
