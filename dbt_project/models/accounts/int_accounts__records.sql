-- Every trace of a company: its records in the CRMs, and the domains that people write from. A domain says the name
-- that the first record that names a company gave.

with countries as (
    select * from {{ ref('countries') }}
),

merged as (
    select * from {{ ref('unified_merges') }}
),

people as (
    select
        people.*,
        nullif({{ dbt.split_part('people.email_key', "'@'", 2) }}, '') as email_domain,
        merged.loser_key is not null as is_merged
    from {{ ref('unified_people') }} as people
    left join merged on people.record_key = merged.loser_key
    where not people.is_deleted or merged.loser_key is not null
),

-- What a record says of its company is completed from the company's record; the company that a conversion gave says
-- nothing of the lead that was converted. A record that was merged away only tells how old the domain is.
mail_domains as (
    select
        people.email_domain as domain,
        coalesce(companies.name, people.company_name) as name,
        coalesce(people.country, companies.country) as country,
        coalesce(people.city, companies.city) as city,
        coalesce(people.industry, companies.industry) as industry,
        coalesce(companies.employee_count, people.employee_count) as employee_count,
        people.is_merged,
        min(people.created_at) over (partition by people.email_domain) as created_at,
        row_number() over (
            partition by people.email_domain
            order by
                case when people.is_merged then 1 else 0 end,
                case when coalesce(companies.name, people.company_name) is null then 1 else 0 end,
                people.created_at,
                people.record_key
        ) as place
    from people
    left join {{ ref('unified_companies') }} as companies
        on
            people.company_record_key = companies.record_key
            and people.company_link != 'by_conversion'
            and not companies.is_deleted
    where people.email_domain is not null
),

records as (
    select
        companies.record_key,
        companies.crm,
        companies.object,
        companies.record_id,
        companies.name,
        {{ website_domain('companies.website') }} as domain,
        companies.country,
        companies.city,
        companies.industry,
        companies.employee_count,
        companies.revenue_amount,
        companies.owner_id,
        merged.winner_key as same_as_key,
        companies.created_at,
        companies.is_deleted or merged.loser_key is not null as is_deleted,
        true as is_in_crm
    from {{ ref('unified_companies') }} as companies
    left join merged on companies.record_key = merged.loser_key

    union all

    select
        {{ record_key("'leads'", 'domains', 'domain') }} as record_key,
        'leads' as crm,
        'domains' as object,
        domain as record_id,
        name,
        domain,
        country,
        city,
        industry,
        employee_count,
        cast(null as decimal(18, 2)) as revenue_amount,
        cast(null as string) as owner_id,
        cast(null as string) as same_as_key,
        created_at,
        false as is_deleted,
        false as is_in_crm
    from mail_domains
    where place = 1 and not is_merged
)

select
    records.record_key,
    records.crm,
    records.object,
    records.record_id,
    records.name,
    {{ company_name_key('records.name') }} as name_key,
    case when shared_domains.words is null then records.domain end as domain,
    coalesce(countries.country, records.country) as country,
    countries.region,
    records.city,
    records.industry,
    records.employee_count,
    records.revenue_amount,
    records.owner_id,
    records.same_as_key,
    records.created_at,
    records.is_deleted,
    records.is_in_crm
from records
left join countries on lower(records.country) = countries.spelling
left join {{ ref('int_accounts__shared_domains') }} as shared_domains
    on trim({{ words_of('records.domain') }}) = shared_domains.words
where records.is_in_crm or shared_domains.words is null
