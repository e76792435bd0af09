-- The play of every lead: that of its stage where the stage has one, else that of the grade. Nobody who opted out,
-- bounced or has no address is mailed, and nobody is declined who waits for no answer: the play that plays.csv names
-- instead is done, with its own next action.

with scores as (
    select * from {{ ref('int_scoring__scores') }}
),

plays as (
    select * from {{ ref('plays') }}
),

standing as (
    select scores.lead_id, scores.as_of, stages.play, stages.next_action
    from scores
    inner join {{ ref('int_lifecycle__stage_changes') }} as changes
        on
            scores.lead_id = changes.lead_id
            and changes.entered_at <= scores.as_of
            and (changes.left_at is null or changes.left_at > scores.as_of)
    inner join {{ ref('stages') }} as stages on changes.stage = stages.stage
),

known as (
    select
        features.lead_id,
        features.as_of,
        max(case when features.feature = 'has_email' then 1 else 0 end)
        > max(case when features.feature in ('is_opted_out', 'has_bounced') then 1 else 0 end) as can_be_mailed,
        max(case when catalogue.is_hand_raise and features.decays_from is null then 1 else 0 end) = 1 as has_asked
    from {{ ref('int_scoring__features') }} as features
    inner join {{ ref('feature_catalogue') }} as catalogue on features.feature = catalogue.feature
    group by features.lead_id, features.as_of
),

wanted as (
    select
        scores.lead_id,
        scores.as_of,
        scores.is_current,
        coalesce(known.can_be_mailed, false) as can_be_mailed,
        coalesce(known.has_asked, false) as has_asked,
        coalesce(standing.play, scores.play) as play,
        standing.play is not null as is_of_stage,
        standing.next_action as stage_action,
        scores.next_action as grade_action
    from scores
    left join standing on scores.lead_id = standing.lead_id and scores.as_of = standing.as_of
    left join known on scores.lead_id = known.lead_id and scores.as_of = known.as_of
),

asked as (
    select
        wanted.*,
        case when wanted.has_asked then plays.play else coalesce(plays.without_request, plays.play) end as asked_play
    from wanted
    inner join plays on wanted.play = plays.play
),

done as (
    select
        asked.*,
        case when asked.can_be_mailed then plays.play else coalesce(plays.without_email, plays.play) end as done_play
    from asked
    inner join plays on asked.asked_play = plays.play
)

select
    done.lead_id,
    done.as_of,
    done.is_current,
    done.can_be_mailed,
    done.done_play as play,
    case
        when done.done_play = done.play then done.stage_action
        when done.is_of_stage then plays.next_action
    end as stage_action,
    case when done.done_play = done.play then done.grade_action else plays.next_action end as next_action
from done
inner join plays on done.done_play = plays.play
