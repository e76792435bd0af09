-- The hours in which leads were created, by their source and by CRM account, in the eight weeks up to the last of them.
-- Hours count and not leads, because an import of thousands says nothing about the next week. A lead that was deleted
-- since has arrived all the same.

with records as (
    select record_key, lead_id, crm, created_at from {{ ref('int_identity__records') }} where created_at <= {{ as_of() }}
),

arrivals as (
    select 'crm' as cut, crm as cut_value, crm, record_key as arrival_id, created_at from records
    union all
    select
        'source' as cut,
        coalesce(people.lead_source, '(none)') as cut_value,
        records.crm,
        people.lead_id as arrival_id,
        people.created_at
    from {{ ref('int_identity__people') }} as people
    inner join records on people.lead_id = records.lead_id
    where people.created_at <= {{ as_of() }}
),

objects as (
    select distinct crm, crm_object from {{ ref('unified_people') }}
),

-- A CRM that could not be read is not quiet. One that was not read for a day has a warning of its own, or is used no more.
reads as (
    select objects.crm, min({{ in_utc('pulls.pulled_at') }}) as read_at
    from objects
    inner join {{ source('ops', 'pulls') }} as pulls on objects.crm = pulls.crm and objects.crm_object = pulls.object
    group by objects.crm
    having min({{ in_utc('pulls.pulled_at') }}) >= {{ dbt.dateadd('day', -1, as_of()) }}
),

ends as (
    select
        arrivals.cut,
        arrivals.cut_value,
        max(arrivals.created_at) as last_lead_at,
        case when min(reads.read_at) < {{ as_of() }} then min(reads.read_at) when min(reads.read_at) is not null then {{ as_of() }} end
            as judged_at
    from arrivals
    left join reads on arrivals.crm = reads.crm
    group by arrivals.cut, arrivals.cut_value
)

select
    arrivals.cut,
    arrivals.cut_value,
    {{ dbt.date_trunc('hour', 'arrivals.created_at') }} as hour_at,
    count(distinct arrivals.arrival_id) as arrival_count,
    ends.last_lead_at,
    ends.judged_at
from arrivals
inner join ends on arrivals.cut = ends.cut and arrivals.cut_value = ends.cut_value
where
    {{ dbt.date_trunc('hour', 'arrivals.created_at') }}
    > {{ dbt.dateadd('hour', -56 * 24, dbt.date_trunc('hour', 'ends.last_lead_at')) }}
group by
    arrivals.cut,
    arrivals.cut_value,
    {{ dbt.date_trunc('hour', 'arrivals.created_at') }},
    ends.last_lead_at,
    ends.judged_at
