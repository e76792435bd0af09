-- The accounts that a lead may belong to, the chosen one in place 1. The evidence decides: a link that a CRM holds,
-- then the e-mail domain, then the same company name in the same country. Where the best evidence names several:
-- a customer first, then the account with most people linked to it, then the oldest.

with people as (
    select *, {{ company_name_key('company_name') }} as name_key from {{ ref('int_identity__people') }}
),

records as (
    select * from {{ ref('int_identity__member_records') }}
),

-- What the records that a lead came with said, those of a day: see int_identity__first_people.
first_names as (
    select distinct
        names.lead_id,
        {{ company_name_key('names.company_name') }} as name_key,
        coalesce(countries.country, names.country) as country
    from (
        select
            records.lead_id,
            case when is_company_from_start then records.company_name else own_company_name end as company_name,
            case when is_company_from_start then records.country else own_country end as country
        from records
        inner join people on records.lead_id = people.lead_id
        where
            not records.is_made_by_conversion
            and records.created_at <= {{ dbt.dateadd('day', 1, 'people.created_at') }}
    ) as names
    left join {{ ref('countries') }} as countries on lower(names.country) = countries.spelling
),

members as (
    select * from {{ ref('int_accounts__members') }} where not is_deleted
),

-- A record is linked from its beginning, a converted lead from the end of the day of its conversion; a link that may be
-- younger than its record, and a name that the lead did not come with, are known from this run on.
company_links as (
    select
        records.lead_id,
        people.company_record_key as record_key,
        case
            when people.company_link = 'by_conversion'
                then coalesce({{ dbt.dateadd('day', 1, 'people.converted_at') }}, people.created_at)
            when records.is_company_from_start or people.is_made_by_conversion then people.created_at
            else {{ as_of() }}
        end as linked_at
    from records
    inner join {{ ref('unified_people') }} as people on records.record_key = people.record_key
    where people.company_record_key is not null
),

candidates as (
    select company_links.lead_id, members.account_id, 1 as evidence_rank, company_links.linked_at
    from company_links
    inner join members on company_links.record_key = members.record_key

    union all

    select people.lead_id, members.account_id, 2 as evidence_rank, people.created_at as linked_at
    from people
    inner join members on {{ record_key("'leads'", 'domains', 'people.email_domain') }} = members.record_key

    union all

    select
        people.lead_id,
        accounts.account_id,
        3 as evidence_rank,
        case when first_names.lead_id is not null then people.created_at else {{ as_of() }} end as linked_at
    from people
    inner join {{ ref('int_accounts__companies') }} as accounts
        on people.name_key = accounts.name_key and people.country = accounts.country
    left join first_names
        on
            people.lead_id = first_names.lead_id
            and accounts.name_key = first_names.name_key
            and accounts.country = first_names.country
),

linked_people as (
    select account_id, count(distinct lead_id) as linked_count
    from candidates
    where evidence_rank = 1
    group by account_id
),

best_evidence as (
    select lead_id, account_id, min(evidence_rank) as evidence_rank, min(linked_at) as linked_at
    from candidates
    group by lead_id, account_id
)

select
    best_evidence.lead_id,
    best_evidence.account_id,
    case best_evidence.evidence_rank
        when 1 then 'crm_link' when 2 then 'email_domain' else 'name_and_country'
    end as match_reason,
    accounts.is_customer,
    coalesce(linked_people.linked_count, 0) as linked_count,
    accounts.created_at as account_created_at,
    best_evidence.linked_at,
    row_number() over (
        partition by best_evidence.lead_id
        order by
            best_evidence.evidence_rank,
            case when accounts.is_customer then 0 else 1 end,
            coalesce(linked_people.linked_count, 0) desc,
            accounts.created_at,
            best_evidence.account_id
    ) as place,
    count(*) over (partition by best_evidence.lead_id) as candidate_count
from best_evidence
inner join {{ ref('int_accounts__companies') }} as accounts on best_evidence.account_id = accounts.account_id
left join linked_people on best_evidence.account_id = linked_people.account_id
