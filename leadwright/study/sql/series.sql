-- By the month in which leads came: how many of them had each of the commoner values, how many had any, and how many of
-- those of whom it is known converted soon.
with people as (
    select
        people.lead_id,
        date_trunc('month', people.created_at) as month_at
    from intermediate.int_identity__people as people
    where people.created_at is not null and people.created_at < date_trunc('month', $as_of)
),

months as (
    select
        month_at,
        count(*) as leads
    from people
    group by month_at
),

features as (
    select
        features.lead_id,
        features.feature,
        lower(features.text_value) as value
    from intermediate.int_scoring__features as features
    inner join intermediate.int_learning__feature_pasts as pasts on features.feature = pasts.feature
    where
        pasts.kind in ('trait', 'own')
        and pasts.past_is = 'captured'
        and not list_contains($left_out, features.feature)
),

common as (
    select
        feature,
        value
    from features
    where value is not null and feature not in ('company_name', 'email_domain', 'phone', 'job_title')
    group by feature, value
    having count(distinct lead_id) >= $fewest
),

counted as (
    select
        'has ' || features.feature as series,
        people.month_at,
        count(distinct features.lead_id) as part
    from features
    inner join people on features.lead_id = people.lead_id
    group by features.feature, people.month_at
    union all
    select
        features.feature || ' ' || features.value as series,
        people.month_at,
        count(distinct features.lead_id) as part
    from features
    inner join common on features.feature = common.feature and features.value = common.value
    inner join people on features.lead_id = people.lead_id
    group by features.feature, features.value, people.month_at
),

named as (
    select distinct series from counted
)

select
    named.series,
    months.month_at,
    coalesce(counted.part, 0) as part,
    months.leads as whole
from named
cross join months
left join counted on named.series = counted.series and months.month_at = counted.month_at

union all

select
    'outcome' as series,
    date_trunc('month', as_of) as month_at,
    count(*) filter (where is_soon) as part,
    count(*) as whole
from study.looked
where kind = 'who'
group by month_at
order by series, month_at
