{% set columns = [
    'name', 'name_key', 'domain', 'country', 'region', 'city', 'industry', 'employee_count', 'revenue_amount',
] %}

-- Survivorship as for people: each value is that of the first record that states one, in the order of record_precedence.

with members as (
    select * from {{ ref('int_accounts__members') }} where not is_deleted
),

speakers as (
    select
        members.*,
        owners.rep_id,
        row_number() over (
            partition by members.account_id
            order by coalesce(precedence.place, 1000), members.crm, members.object
        ) as turn
    from members
    left join {{ ref('unified_record_precedence') }} as precedence
        on precedence.kind = 'companies' and members.crm = precedence.crm and members.object = precedence.object
    left join {{ ref('int_identity__crm_owners') }} as owners
        on members.crm = owners.crm and members.owner_id = owners.owner_id
    where members.place = 1
),

stated as (
    select
        {% for column in columns %}
        {{ first_stated(column, 'turn') }} as {{ column }},
        {% endfor %}
        {{ first_stated('rep_id', 'turn') }} as owner_rep_id,
        account_id
    from speakers
    group by account_id
),

-- A company that was merged away since stands for the one that it became.
sales as (
    select
        members.account_id,
        count(case when opportunities.is_won then 1 end) as won_count,
        sum(case when opportunities.is_won then opportunities.amount else 0 end) as won_amount,
        min(case when opportunities.is_won then opportunities.closed_at end) as customer_since_at,
        count(case when not opportunities.is_closed then 1 end) as open_count
    from {{ ref('int_accounts__opportunities') }} as opportunities
    inner join {{ ref('int_accounts__opportunity_companies') }} as companies
        on opportunities.opportunity_id = companies.opportunity_id
    inner join {{ ref('int_accounts__members') }} as members on companies.company_record_key = members.record_key
    group by members.account_id
),

company_kinds as (
    {{ kinds_of_domains('stated') }}
),

counts as (
    select
        account_id,
        min(created_at) as created_at,
        count(case when is_in_crm then 1 end) as record_count
    from members
    group by account_id
)

select
    counts.account_id,
    {% for column in columns %}
    stated.{{ column }},
    {% endfor %}
    stated.owner_rep_id,
    company_kinds.kind as company_kind,
    counts.record_count,
    counts.created_at,
    coalesce(sales.won_count, 0) > 0 as is_customer,
    sales.customer_since_at,
    coalesce(sales.won_count, 0) as won_count,
    cast(coalesce(sales.won_amount, 0) as decimal(18, 2)) as won_amount,
    coalesce(sales.open_count, 0) as open_opportunity_count
from counts
inner join stated on counts.account_id = stated.account_id
left join company_kinds on stated.domain = company_kinds.domain
left join sales on counts.account_id = sales.account_id
