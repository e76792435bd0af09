-- A log: how fast an answer was promised to a lead, by its grade when it became ready. What was promised stays, however
-- the grade moves later: an answer that was late does not get timely by waiting. Only while nobody has answered a better
-- grade makes the promise a shorter one, from the run that saw it.

with promised as (
    {% if is_incremental() %}
    select lead_id, promise_number, sla_minutes, promised_from from {{ this }}
    {% else %}
    select lead_id, 0 as promise_number, cast(null as integer) as sla_minutes, ready_at as promised_from
    from {{ ref('int_lifecycle__ready_leads') }}
    where 1 = 0
    {% endif %}
),

counts as (
    select lead_id, max(promise_number) as promise_number from promised group by lead_id
),

-- What was promised from before the lead was ready rested on a moment that is no longer true (int_service_levels__promises).
logged as (
    select lead_id, promise_number, sla_minutes
    from (
        select
            promised.*,
            row_number() over (partition by promised.lead_id order by promised.promise_number desc) as place
        from promised
        inner join {{ ref('int_lifecycle__ready_leads') }} as ready
            on promised.lead_id = ready.lead_id and ready.ready_at <= promised.promised_from
    ) as promises
    where place = 1
),

scores as (
    select * from {{ ref('int_scoring__scores') }}
),

-- A lead that a record was added to after it was scored for its moment is judged by what is known now.
firsts as (
    select
        ready.lead_id,
        coalesce(counts.promise_number, 0) + 1 as promise_number,
        coalesce(then_scores.grade, now_scores.grade) as grade,
        case when then_scores.lead_id is null then now_scores.play else then_scores.play end as play,
        case when then_scores.lead_id is null then now_scores.sla_minutes else then_scores.sla_minutes end as sla_minutes,
        ready.ready_at as promised_from
    from {{ ref('int_lifecycle__ready_leads') }} as ready
    inner join scores as now_scores on ready.lead_id = now_scores.lead_id and now_scores.is_current
    left join scores as then_scores
        on
            ready.lead_id = then_scores.lead_id
            and ready.judged_at = then_scores.as_of
            and not then_scores.is_current
    left join counts on ready.lead_id = counts.lead_id
    left join logged on ready.lead_id = logged.lead_id
    where logged.lead_id is null
),

latest as (
    select lead_id, promise_number, sla_minutes from logged
    union all
    select lead_id, promise_number, sla_minutes from firsts
),

tightened as (
    select
        latest.lead_id,
        latest.promise_number + 1 as promise_number,
        scores.grade,
        scores.play,
        scores.sla_minutes,
        {{ as_of() }} as promised_from
    from latest
    inner join scores
        on
            latest.lead_id = scores.lead_id
            and scores.is_current
            and (scores.sla_minutes < latest.sla_minutes or (scores.sla_minutes is not null and latest.sla_minutes is null))
    left join {{ ref('int_lifecycle__first_touches') }} as touches on latest.lead_id = touches.lead_id
    where touches.lead_id is null
)

select lead_id, promise_number, grade, play, sla_minutes, promised_from, {{ as_of() }} as promised_at from firsts
union all
select lead_id, promise_number, grade, play, sla_minutes, promised_from, {{ as_of() }} as promised_at from tightened
