{% set window_days = 90 %}

-- How many people of the lead's company were leads by the moment, and how many others did something in the days
-- before it.

with people as (
    select lead_id, company_key, created_at from {{ ref('int_people') }} where company_key is not null
),

moments as (
    select moments.lead_id, moments.as_of, people.company_key
    from {{ ref('int_scoring_moments') }} as moments
    inner join people on moments.lead_id = people.lead_id
),

company_people as (
    select wanted.company_key, wanted.as_of, people.lead_id
    from (select distinct company_key, as_of from moments) as wanted
    inner join people on wanted.company_key = people.company_key and people.created_at <= wanted.as_of
),

active as (
    select distinct company_people.lead_id, company_people.as_of
    from company_people
    inner join {{ ref('int_engagements') }} as engagements
        on
            company_people.lead_id = engagements.lead_id
            and engagements.occurred_at <= company_people.as_of
            and {{ days_between('engagements.occurred_at', 'company_people.as_of') }} <= {{ window_days }}
    where engagements.signal != 'email_opened'
),

companies as (
    select
        company_people.company_key,
        company_people.as_of,
        count(*) as people_count,
        count(active.lead_id) as active_count
    from company_people
    left join active on company_people.lead_id = active.lead_id and company_people.as_of = active.as_of
    group by company_people.company_key, company_people.as_of
)

select
    moments.lead_id,
    moments.as_of,
    companies.people_count as company_people_count,
    companies.active_count - case when active.lead_id is null then 0 else 1 end as active_colleagues_count
from moments
inner join companies on moments.company_key = companies.company_key and moments.as_of = companies.as_of
left join active on moments.lead_id = active.lead_id and moments.as_of = active.as_of
