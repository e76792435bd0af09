-- The company that an opportunity is about: the one that its CRM names, else that of its first person, else the domain
-- that this person writes from.

with first_people as (
    select
        *,
        row_number() over (
            partition by opportunity_id
            order by case when is_primary then 0 else 1 end, record_created_at, {{ in_order_of_ids('record_key') }}
        ) as place
    from {{ ref('int_accounts__opportunity_people') }}
)

select
    opportunities.opportunity_id,
    coalesce(
        opportunities.company_record_key,
        first_people.company_record_key,
        {{ record_key("'leads'", 'domains', dbt.split_part('first_people.email_key', "'@'", 2)) }}
    ) as company_record_key
from {{ ref('int_accounts__opportunities') }} as opportunities
left join first_people on opportunities.opportunity_id = first_people.opportunity_id and first_people.place = 1
