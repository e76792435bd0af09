-- Leads by where they came from. Leads whose CRM says nothing stand under '(none)', apart from those it calls unknown.

select
    coalesce(leads.lead_source, '(none)') as lead_source,
    count(*) as lead_count,
    cast(sum(case when scores.grade = 'Hot' then 1 else 0 end) as bigint) as hot_count,
    cast(sum(case when leads.is_mql then 1 else 0 end) as bigint) as mql_count,
    cast(sum(case when leads.is_sql then 1 else 0 end) as bigint) as sql_count,
    cast(sum(case when leads.is_won then 1 else 0 end) as bigint) as won_count,
    cast({{ counted('leads.is_won') }} as double) / count(*) as won_share
from {{ ref('dim_leads') }} as leads
inner join {{ ref('fct_lead_scores') }} as scores on leads.lead_id = scores.lead_id
group by coalesce(leads.lead_source, '(none)')
