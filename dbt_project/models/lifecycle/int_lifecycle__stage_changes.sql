-- The stages of a lead in order. At each moment at which anything changed, every track has its latest word; the lead
-- stands where the furthest word is. A rejection, a recycling or a loss overrules what records said before it; it
-- does not overrule an opportunity that is open, or a customer. A step to a lower rank is a move backwards.

with words as (
    select
        events.lead_id,
        events.track,
        events.stage,
        events.known_at,
        events.entered_at,
        events.reason_code,
        events.evidence,
        coalesce(stages.is_exit, false) as is_exit,
        stages.stage_rank,
        events.is_of_record,
        lead(events.known_at) over (
            partition by events.lead_id, events.track order by events.known_at, coalesce(stages.stage_rank, 0)
        ) as until_at
    from {{ ref('int_lifecycle__stage_events') }} as events
    left join {{ ref('stages') }} as stages on events.stage = stages.stage

    union all

    select
        lead_id, 'created' as track, 'lead' as stage, created_at as known_at, created_at as entered_at,
        cast(null as string) as reason_code, 'Record created' as evidence, false as is_exit, 10 as stage_rank,
        true as is_of_record, cast(null as timestamp) as until_at
    from {{ ref('int_identity__people') }}
    where created_at is not null
),

moments as (
    select distinct lead_id, known_at as moment from words
),

standing as (
    select
        moments.moment,
        words.*,
        max(case when words.is_exit then words.known_at end) over (
            partition by moments.lead_id, moments.moment
        ) as exit_at
    from moments
    inner join words
        on
            moments.lead_id = words.lead_id
            and words.known_at <= moments.moment
            and (words.until_at is null or words.until_at > moments.moment)
    where words.stage is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by lead_id, moment
            order by
                case
                    when is_exit then 1
                    when not is_of_record or stage = 'customer' or exit_at is null or entered_at > exit_at then 0
                    else 2
                end,
                case when is_exit then known_at end desc,
                stage_rank desc,
                known_at,
                track
        ) as place
    from standing
),

states as (
    select
        *,
        lag(stage) over (partition by lead_id order by moment) as earlier_stage
    from ranked
    where place = 1
),

changes as (
    select * from states where earlier_stage is null or earlier_stage != stage
)

select
    changes.lead_id,
    cast(row_number() over (partition by changes.lead_id order by changes.moment) as integer) as change_number,
    changes.earlier_stage,
    changes.stage,
    changes.moment as entered_at,
    lead(changes.moment) over (partition by changes.lead_id order by changes.moment) as left_at,
    changes.entered_at is not null or changes.known_at < changes.moment as is_dated,
    coalesce(
        changes.stage_rank < earlier.stage_rank
        and not earlier.is_exit
        and changes.stage not in ('disqualified', 'lost'),
        false
    ) as is_backwards,
    changes.reason_code,
    changes.evidence
from changes
left join {{ ref('stages') }} as earlier on changes.earlier_stage = earlier.stage
