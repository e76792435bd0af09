-- Every trace of a company: its records in the CRMs, and the domains that leads write from. A domain says the name
-- that the first lead who named a company gave.

with countries as (
    select * from {{ ref('countries') }}
),

-- By their words, in which dots and dashes are blanks: so nonsense_words names domains.
no_company_domains as (
    select trim({{ words_of('domain') }}) as words from {{ ref('free_mail_domains') }}
    union
    select trim({{ words_of('domain') }}) as words from {{ ref('shared_hosts') }}
    union
    select word as words from {{ ref('nonsense_words') }} where field = 'mail_domain'
),

losers as (
    {{ hubspot_losers(ref('stg_hubspot__companies'), 'company_id') }}
),

mail_domains as (
    select
        *,
        row_number() over (
            partition by email_domain
            order by case when company_name is null then 1 else 0 end, created_at, lead_id
        ) as place
    from {{ ref('int_people') }}
    where email_domain is not null
),

records as (
    select
        {{ record_key('salesforce', 'Account', 'account_id') }} as record_key,
        'salesforce' as crm,
        'Account' as object,
        account_id as record_id,
        name,
        {{ website_domain('website') }} as domain,
        country,
        city,
        industry,
        employee_count,
        revenue_amount,
        owner_id,
        case when master_id is not null then {{ record_key('salesforce', 'Account', 'master_id') }} end as same_as_key,
        created_at,
        is_deleted
    from {{ ref('stg_salesforce__accounts') }}

    union all

    select
        {{ record_key('hubspot', 'companies', 'companies.company_id') }} as record_key,
        'hubspot' as crm,
        'companies' as object,
        companies.company_id as record_id,
        companies.name,
        {{ website_domain('companies.domain') }} as domain,
        companies.country,
        companies.city,
        companies.industry,
        companies.employee_count,
        companies.revenue_amount,
        companies.owner_id,
        {{ record_key('hubspot', 'companies', 'losers.winner_id') }} as same_as_key,
        companies.created_at,
        companies.is_deleted or losers.loser_id is not null as is_deleted
    from {{ ref('stg_hubspot__companies') }} as companies
    left join losers on companies.company_id = losers.loser_id

    union all

    select
        {{ record_key('leads', 'domains', 'email_domain') }} as record_key,
        'leads' as crm,
        'domains' as object,
        email_domain as record_id,
        company_name as name,
        email_domain as domain,
        country,
        city,
        industry,
        employee_count,
        cast(null as decimal(18, 2)) as revenue_amount,
        cast(null as string) as owner_id,
        cast(null as string) as same_as_key,
        created_at,
        false as is_deleted
    from mail_domains
    where place = 1
)

select
    records.record_key,
    records.crm,
    records.object,
    records.record_id,
    records.name,
    {{ company_name_key('records.name') }} as name_key,
    case when no_company_domains.words is null then records.domain end as domain,
    coalesce(countries.country, records.country) as country,
    countries.region,
    records.city,
    records.industry,
    records.employee_count,
    records.revenue_amount,
    records.owner_id,
    records.same_as_key,
    records.created_at,
    records.is_deleted
from records
left join countries on lower(records.country) = countries.spelling
left join no_company_domains on trim({{ words_of('records.domain') }}) = no_company_domains.words
where records.crm != 'leads' or no_company_domains.words is null
