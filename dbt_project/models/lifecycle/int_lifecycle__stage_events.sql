-- Everything that says when a lead entered a stage, by track: a field of a CRM record, a conversion, or an
-- opportunity. A person who was added to an open opportunity entered it then, not when it was opened.

with lead_moves as (
    select
        links.lead_id,
        links.joined_at,
        moves.*,
        min(case when moves.stage != 'opportunity' then moves.moved_at end) over (
            partition by links.lead_id, moves.opportunity_id
        ) as first_closed_at
    from {{ ref('int_lifecycle__opportunity_moves') }} as moves
    inner join {{ ref('int_accounts__opportunity_leads') }} as links on moves.opportunity_id = links.opportunity_id
),

dated_moves as (
    select
        *,
        case
            when stage = 'opportunity' and joined_at > moved_at and joined_at < coalesce(first_closed_at, {{ as_of() }})
                then joined_at
            else moved_at
        end as entered_at
    from lead_moves
)

select
    lead_id,
    track,
    stage,
    known_at,
    true as is_of_record,
    entered_at,
    reason_code,
    evidence,
    is_unknown
from {{ ref('int_lifecycle__record_events') }}

union all

select
    lead_id,
    opportunity_id as track,
    stage,
    entered_at as known_at,
    false as is_of_record,
    entered_at,
    min(lost_reason) as reason_code,
    min(evidence) as evidence,
    false as is_unknown
from dated_moves
where entered_at <= {{ as_of() }}
group by lead_id, opportunity_id, stage, entered_at
