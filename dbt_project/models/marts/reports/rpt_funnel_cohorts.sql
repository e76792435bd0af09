{% set steps = [
    ('lead_to_mql', 'true', 'created_at', 'is_mql', 'mql_at'),
    ('mql_to_sal', 'is_mql', 'mql_at', 'is_sal', 'sal_at'),
    ('mql_to_sql', 'is_mql', 'mql_at', 'is_sql', 'sql_at'),
    ('sql_to_opportunity', 'is_sql', 'sql_at', 'is_opportunity', 'opportunity_at'),
    ('opportunity_to_won', 'is_opportunity', 'opportunity_at', 'is_won', 'won_at'),
    ('lead_to_won', 'true', 'created_at', 'is_won', 'won_at'),
] %}

-- A cohort is the leads that entered the first stage of a step in one month. It is mature when the last of them has
-- had the time that the seed kpis gives; `mature` holds all mature months together, so that no open month is averaged
-- in. Leads of whom no CRM says when they entered are `undated`. `open_count` may still move on. The days are of those
-- who went through and whose both moments are known.

with leads as (
    select
        leads.*,
        assignments.owner_name
    from {{ ref('dim_leads') }} as leads
    left join {{ ref('fct_lead_assignments') }} as assignments on leads.lead_id = assignments.lead_id
),

groups as (
    select lead_id, 'all' as cut, 'all' as cut_value from leads
    union all
    select lead_id, 'source' as cut, coalesce(lead_source, '(none)') as cut_value from leads
    union all
    select lead_id, 'rep' as cut, coalesce(owner_name, '(nobody)') as cut_value from leads
    union all
    select lead_id, 'segment' as cut, label as cut_value from {{ ref('fct_lead_segments') }}
    union all
    select lead_id, concat('own:', feature) as cut, value as cut_value from {{ ref('fct_lead_own_values') }}
    where type in ('picklist', 'flag')
    union all
    select members.lead_id, 'campaign' as cut, campaigns.name as cut_value
    from {{ ref('int_lifecycle__campaign_members') }} as members
    inner join {{ ref('unified_campaigns') }} as campaigns on members.campaign_key = campaigns.campaign_key
    where members.place = 1
),

entries as (
    {% for kpi_id, is_in, entered_at, is_through, through_at in steps %}
    select
        lead_id,
        '{{ kpi_id }}' as kpi_id,
        {{ entered_at }} as entered_at,
        {{ is_through }} as is_through,
        not {{ is_through }} and is_open as is_open,
        cast({{ seconds_between(entered_at, through_at) }} as double) / 86400 as days
    from leads
    where {{ is_in }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

dated as (
    select
        entries.*,
        kpis.thin_below,
        cast({{ dbt.date_trunc('month', 'entries.entered_at') }} as date) as cohort_month,
        coalesce(
            {{ dbt.dateadd('day', 'kpis.maturity_days', dbt.dateadd('month', 1, dbt.date_trunc('month', 'entries.entered_at'))) }}
            <= {{ as_of() }},
            false
        ) as is_mature
    from entries
    inner join {{ ref('kpis') }} as kpis on entries.kpi_id = kpis.kpi_id
),

cohorts as (
    select *, coalesce(substring(cast(cohort_month as string), 1, 7), 'undated') as cohort from dated
    union all
    select *, 'mature' as cohort from dated
    where is_mature
)

select
    groups.cut,
    groups.cut_value,
    cohorts.kpi_id,
    cohorts.cohort,
    min(case when cohorts.cohort != 'mature' then cohorts.cohort_month end) as cohort_month,
    count(*) as denominator_count,
    {{ counted('cohorts.is_through') }} as numerator_count,
    {{ counted('cohorts.is_open') }} as open_count,
    cast({{ counted('cohorts.is_through') }} as double) / count(*) as rate,
    cast({{ counted('cohorts.is_through') }} + {{ counted('cohorts.is_open') }} as double) / count(*) as highest_rate,
    cast(median(case when cohorts.is_through then cohorts.days end) as double) as median_days,
    cast({{ quantile('case when cohorts.is_through then cohorts.days end', 0.9) }} as double) as p90_days,
    {{ counted('cohorts.is_through and cohorts.days is not null') }} as timed_count,
    {{ counted('cohorts.is_mature') }} = count(*) as is_mature,
    count(*) < min(cohorts.thin_below) as is_thin
from cohorts
inner join groups on cohorts.lead_id = groups.lead_id
group by groups.cut, groups.cut_value, cohorts.kpi_id, cohorts.cohort
