{% set mature_days = 90 %}

-- Leads by the month they were created in. A cohort is mature when its youngest lead has had time to be won; younger
-- cohorts are marked and not to be averaged in.

with leads as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'created_at') }} as date) as cohort_month
    from {{ ref('dim_leads') }}
    where created_at is not null
),

cohorts as (
    select
        cohort_month,
        count(*) as lead_count,
        sum(case when is_mql then 1 else 0 end) as mql_count,
        sum(case when is_mql and is_sql then 1 else 0 end) as sql_count,
        sum(case when is_mql and not is_sql and is_open then 1 else 0 end) as mql_open_count,
        sum(case when opportunity_at is not null then 1 else 0 end) as opportunity_count,
        sum(case when is_won then 1 else 0 end) as won_count,
        {{ median('days_to_won') }} as median_days_to_won
    from leads
    group by cohort_month
)

select
    cohort_month,
    lead_count,
    cast(mql_count as bigint) as mql_count,
    cast(sql_count as bigint) as sql_count,
    cast(mql_open_count as bigint) as mql_open_count,
    cast(opportunity_count as bigint) as opportunity_count,
    cast(won_count as bigint) as won_count,
    cast(median_days_to_won as double) as median_days_to_won,
    {{ dbt.dateadd('day', mature_days, dbt.dateadd('month', 1, 'cohort_month')) }} <= {{ as_of() }} as is_mature
from cohorts
