-- Customers by the month of their first won opportunity, and how many came back in time. CRMs hold no contracts, so
-- this is repeat purchase: a renewal counts only where it was won as an opportunity of its own. A month is mature when
-- every customer of it has had the time; open_count may still come back.

with rule as (
    select maturity_days, thin_below from {{ ref('kpis') }} where kpi_id = 'repeat_purchase'
),

wins as (
    select
        coalesce(opportunities.account_id, leads.account_id) as account_id,
        opportunities.opportunity_id,
        opportunities.closed_at,
        opportunities.amount
    from {{ ref('fct_opportunities') }} as opportunities
    left join {{ ref('dim_leads') }} as leads on opportunities.lead_id = leads.lead_id
    where opportunities.is_won and opportunities.closed_at <= {{ as_of() }}
),

ordered as (
    select
        *,
        row_number() over (partition by account_id order by closed_at, opportunity_id) as place,
        min(closed_at) over (partition by account_id) as first_won_at
    from wins
    where account_id is not null
),

accounts as (
    select
        account_id,
        first_won_at,
        cast({{ dbt.date_trunc('month', 'first_won_at') }} as date) as cohort_month,
        min(case when place = 2 then closed_at end) as second_won_at,
        sum(case when place = 1 then coalesce(amount, 0) else 0 end) as first_amount,
        sum(case when place > 1 then coalesce(amount, 0) else 0 end) as later_amount
    from ordered
    group by account_id, first_won_at
),

timed as (
    select
        accounts.*,
        rule.thin_below,
        {{ dbt.dateadd('day', 'rule.maturity_days', 'accounts.first_won_at') }} as until_at,
        {{ dbt.dateadd('day', 'rule.maturity_days', dbt.dateadd('month', 1, 'accounts.cohort_month')) }} <= {{ as_of() }}
            as is_mature
    from accounts
    cross join rule
)

select
    cohort_month,
    count(*) as customer_count,
    {{ counted('second_won_at <= until_at') }} as repeat_count,
    {{ counted('second_won_at is null and until_at > ' ~ as_of()) }} as open_count,
    cast({{ counted('second_won_at <= until_at') }} as double) / count(*) as repeat_rate,
    cast(sum(first_amount) as decimal(18, 2)) as first_amount,
    cast(sum(later_amount) as decimal(18, 2)) as later_amount,
    is_mature,
    count(*) < min(thin_below) as is_thin
from timed
group by cohort_month, is_mature
