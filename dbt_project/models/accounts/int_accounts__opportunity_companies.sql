-- The company that an opportunity is about: the one that its CRM names, else that of its first person's record, else
-- that of another record with this person's address, else the domain of the address. The person's lead would say the
-- same, but it is known only after identity is decided, and accounts would have to wait for that: two levels more.

with first_people as (
    select
        *,
        row_number() over (
            partition by opportunity_id
            order by case when is_primary then 0 else 1 end, record_created_at, {{ in_order_of_ids('record_key') }}
        ) as place
    from {{ ref('int_accounts__opportunity_people') }}
),

companies_of_addresses as (
    select
        people.email_key,
        people.company_record_key,
        row_number() over (
            partition by people.email_key
            order by coalesce(precedence.place, 1000), people.created_at, {{ in_order_of_ids('people.record_key') }}
        ) as place
    from {{ ref('unified_people') }} as people
    left join {{ ref('unified_record_precedence') }} as precedence
        on precedence.kind = 'people' and people.crm = precedence.crm and people.object = precedence.object
    left join {{ ref('int_identity__shared_addresses') }} as shared on people.email_key = shared.email_key
    where people.company_record_key is not null and not people.is_deleted and shared.email_key is null
)

select
    opportunities.opportunity_id,
    coalesce(
        opportunities.company_record_key,
        first_people.company_record_key,
        addresses.company_record_key,
        {{ record_key("'leads'", 'domains', dbt.split_part('first_people.email_key', "'@'", 2)) }}
    ) as company_record_key
from {{ ref('int_accounts__opportunities') }} as opportunities
left join first_people on opportunities.opportunity_id = first_people.opportunity_id and first_people.place = 1
left join companies_of_addresses as addresses
    on first_people.email_key = addresses.email_key and addresses.place = 1
