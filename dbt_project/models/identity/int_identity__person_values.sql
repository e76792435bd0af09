{% set company_first, own_first = ['company_name', 'employee_count'], ['website', 'country', 'city', 'industry'] %}

-- What a record says of the person's company is completed from the company's record; `own_` is without it. A link to a
-- company has no date: it is taken to have been there from the start where the company was, and where a CRM links by
-- domain, also later, the person has its domain. What a conversion made was not there before it, and the company that it
-- gave says nothing of the lead that was converted.

with people as (
    select * from {{ ref('unified_people') }}
),

companies as (
    select
        record_key,
        name as company_name,
        website,
        country,
        city,
        industry,
        employee_count,
        created_at
    from {{ ref('unified_companies') }}
    where not is_deleted
)

select
    people.record_key,
    people.email,
    people.first_name,
    people.last_name,
    people.job_title,
    people.phone,
    {% for column in company_first %}
    coalesce(companies.{{ column }}, people.{{ column }}) as {{ column }},
    {% endfor %}
    {% for column in own_first %}
    coalesce(people.{{ column }}, companies.{{ column }}) as {{ column }},
    {% endfor %}
    {% for column in company_first + own_first %}
    people.{{ column }} as own_{{ column }},
    {% endfor %}
    people.source,
    people.source_detail,
    people.landing_page,
    people.visit_count,
    people.page_view_count,
    people.owner_id,
    people.company_record_key,
    people.is_opted_out,
    people.has_bounced,
    people.is_made_by_conversion,
    not people.is_made_by_conversion
    and coalesce(
        companies.created_at <= {{ dbt.dateadd('day', 1, 'people.created_at') }}
        and (
            people.company_link = 'by_record'
            or {{ website_domain('companies.website') }} = {{ dbt.split_part('people.email_key', "'@'", 2) }}
        ),
        false
    ) as is_company_from_start
from people
left join companies
    on people.company_record_key = companies.record_key and people.company_link != 'by_conversion'
