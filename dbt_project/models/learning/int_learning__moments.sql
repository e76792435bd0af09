-- The pairs of lead and moment to learn from: who was there and undecided at the beginning of each month that the
-- variable `learning_months` names, at the moment of becoming ready in it, and, where an outcome has no date or the
-- variable `learning_creations` asks for it, at its creation in it. Empty where no month is asked for, as in an ordinary
-- run. What counts is what was known by then.

with months as (
    {% for month in var('learning_months') %}
    select
        cast('{{ month }}' as timestamp) as starts_at,
        {{ dbt.dateadd('month', 1, "cast('" ~ month ~ "' as timestamp)") }} as ends_at
    union all
    {% endfor %}
    select cast(null as timestamp) as starts_at, cast(null as timestamp) as ends_at
    where 1 = 0
),

people as (
    select lead_id, created_at from {{ ref('int_identity__people') }}
),

moments as (
    select people.lead_id, months.starts_at as as_of, months.starts_at, 'month' as kind
    from people
    cross join months
    where people.created_at <= months.starts_at

    union all

    select ready.lead_id, ready.judged_at as as_of, months.starts_at, 'ready' as kind
    from {{ ref('int_lifecycle__ready_leads') }} as ready
    cross join months
    where ready.judged_at > months.starts_at and ready.judged_at < months.ends_at

    union all

    select people.lead_id, people.created_at as as_of, months.starts_at, 'created' as kind
    from people
    cross join months
    where
        people.created_at >= months.starts_at
        and people.created_at < months.ends_at
        and (
            {{ 'true' if var('learning_creations') else 'false' }}
            or exists (select 1 from {{ ref('int_learning__outcomes') }} where basis = 'cohort')
        )
)

select
    moments.lead_id,
    moments.as_of,
    moments.as_of as informed_at,
    min(moments.starts_at) as month_at,
    max(case when moments.kind = 'created' then 1 else 0 end) = 1 as is_creation,
    max(case when moments.kind != 'created' then 1 else 0 end) = 1 as is_of_a_month_or_ready
from moments
inner join {{ ref('int_lifecycle__stage_changes') }} as changes
    on
        moments.lead_id = changes.lead_id
        and (
            moments.kind = 'created'
            or (
                changes.entered_at <= moments.as_of
                and (changes.left_at > moments.as_of or changes.left_at is null)
            )
        )
inner join {{ ref('stages') }} as stages on changes.stage = stages.stage
where moments.kind = 'created' or (not stages.is_sql and not stages.is_closed)
group by moments.lead_id, moments.as_of
