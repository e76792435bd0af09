-- Leads by the week (Monday, UTC) they were created in, and what has become of them since; weeks without leads are
-- not listed.

with leads as (
    select *, cast({{ dbt.date_trunc('week', 'created_at') }} as date) as week_start_on
    from {{ ref('dim_leads') }}
    where created_at is not null
)

select
    leads.week_start_on,
    count(*) as lead_count,
    cast(sum(case when leads.is_mql then 1 else 0 end) as bigint) as mql_count,
    cast(sum(case when leads.is_sql then 1 else 0 end) as bigint) as sql_count,
    cast(sum(case when leads.is_won then 1 else 0 end) as bigint) as won_count,
    {{ dbt.dateadd('day', 7, 'leads.week_start_on') }} <= {{ as_of() }} as is_complete
from leads
group by leads.week_start_on
