{% set window_days = 90 %}

-- How many other people of the lead's company did something in the days before the moment.

with people as (
    select lead_id, company_key from {{ ref('int_people') }} where company_key is not null
),

active as (
    select distinct people.company_key, moments.as_of, moments.lead_id
    from {{ ref('int_scoring_moments') }} as moments
    inner join people on moments.lead_id = people.lead_id
    inner join {{ ref('int_engagements') }} as engagements
        on
            moments.lead_id = engagements.lead_id
            and engagements.occurred_at <= moments.as_of
            and {{ days_between('engagements.occurred_at', 'moments.as_of') }} <= {{ window_days }}
    where engagements.signal != 'email_opened'
),

companies as (
    select company_key, as_of, count(*) as active_count
    from active
    group by company_key, as_of
)

select
    moments.lead_id,
    moments.as_of,
    companies.active_count - case when active.lead_id is null then 0 else 1 end as active_colleagues_count
from {{ ref('int_scoring_moments') }} as moments
inner join people on moments.lead_id = people.lead_id
inner join companies on people.company_key = companies.company_key and moments.as_of = companies.as_of
left join active on moments.lead_id = active.lead_id and moments.as_of = active.as_of
