select
    stages.stage,
    count(*) as undated
from (
    select 'mql' as stage from marts.dim_leads where is_mql and mql_at is null
    union all
    select 'sql' from marts.dim_leads where is_sql and sql_at is null
    union all
    select 'won' from marts.dim_leads where is_won and won_at is null
) as stages
group by stages.stage
order by stages.stage
