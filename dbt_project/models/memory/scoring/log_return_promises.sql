-- A log: how fast an answer was promised to a lead that came back, by its grade when it did. Nothing is promised where
-- somebody is at work on the sale already, has won it, or has rejected the lead.

with logged as (
    {% if is_incremental() %}
    select lead_id, max(returned_at) as returned_at from {{ this }} group by lead_id
    {% else %}
    select lead_id, returned_at from {{ ref('int_lifecycle__lead_returns') }} where 1 = 0
    {% endif %}
),

scores as (
    select * from {{ ref('int_scoring__scores') }}
),

-- A lead that a record was added to after it was scored for its moment is judged by what is known now.
judged as (
    select
        returns.lead_id,
        returns.returned_at,
        coalesce(then_scores.grade, now_scores.grade) as grade,
        case when then_scores.lead_id is null then now_scores.sla_minutes else then_scores.sla_minutes end as sla_minutes
    from {{ ref('int_lifecycle__lead_returns') }} as returns
    inner join scores as now_scores on returns.lead_id = now_scores.lead_id and now_scores.is_current
    left join scores as then_scores
        on
            returns.lead_id = then_scores.lead_id
            and returns.returned_at = then_scores.as_of
            and not then_scores.is_current
    left join logged on returns.lead_id = logged.lead_id
    where logged.lead_id is null or logged.returned_at < returns.returned_at
)

select
    judged.lead_id,
    judged.returned_at,
    judged.grade,
    case
        when coalesce(stages.stage, 'lead') not in ('opportunity', 'customer', 'disqualified') then judged.sla_minutes
    end as sla_minutes,
    {{ as_of() }} as promised_at
from judged
left join {{ ref('int_lifecycle__stage_changes') }} as stages
    on
        judged.lead_id = stages.lead_id
        and stages.entered_at <= judged.returned_at
        and (stages.left_at > judged.returned_at or stages.left_at is null)
