-- The company that a HubSpot deal is about. HubSpot marks one of the linked companies as the primary one; agencies and
-- partners are linked besides. Where none is marked: one that is still there, then the oldest.

with ranked as (
    select
        associations.from_id as deal_id,
        associations.to_id as company_id,
        row_number() over (
            partition by associations.from_id
            order by
                case when associations.is_primary then 0 else 1 end,
                case when companies.is_deleted then 1 else 0 end,
                coalesce(companies.created_at, {{ as_of() }}),
                {{ in_order_of_ids('associations.to_id') }}
        ) as place
    from {{ ref('stg_hubspot__associations') }} as associations
    left join {{ ref('stg_hubspot__companies') }} as companies on associations.to_id = companies.company_id
    where associations.from_object = 'deals' and associations.to_object = 'companies'
)

select deal_id, company_id from ranked where place = 1
