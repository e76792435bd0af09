-- A lead comes back when it raises its hand again after somebody had answered it: a new request, with a clock of its own.
-- What it sends while nobody has answered is the same request. A touch at the very moment is the answer; one from before
-- the lead was ready for sales answers nothing.

with raises as (
    select engagements.lead_id, engagements.occurred_at as moment_at
    from {{ ref('int_engagement__signals') }} as engagements
    inner join {{ ref('feature_catalogue') }} as catalogue
        on engagements.signal = catalogue.feature and catalogue.is_hand_raise
    where engagements.occurred_at <= {{ as_of() }}
),

touches as (
    select
        touches.lead_id,
        touches.touched_at,
        touches.channel,
        touches.rep_id,
        row_number() over (partition by touches.lead_id order by touches.touched_at, touches.touch_id) as answer_number
    from {{ ref('int_engagement__touches') }} as touches
    inner join {{ ref('int_lifecycle__ready_leads') }} as ready
        on touches.lead_id = ready.lead_id and ready.ready_at <= touches.touched_at
    where touches.touched_at <= {{ as_of() }}
),

moments as (
    select lead_id, moment_at, 1 as raise_count, 0 as answer_count from raises
    union all
    select lead_id, touched_at as moment_at, 0 as raise_count, 1 as answer_count from touches
),

counted as (
    select
        lead_id,
        moment_at,
        raise_count,
        sum(answer_count) over (
            partition by lead_id
            order by moment_at, answer_count
            rows between unbounded preceding and current row
        ) as answers_before
    from moments
),

requests as (
    select lead_id, answers_before, min(moment_at) as returned_at
    from counted
    where raise_count = 1 and answers_before > 0
    group by lead_id, answers_before
)

select
    requests.lead_id,
    cast(
        row_number() over (partition by requests.lead_id order by requests.returned_at) as integer
    ) as return_number,
    requests.returned_at,
    answers.touched_at as first_touch_at,
    answers.channel as first_touch_channel,
    answers.rep_id as first_touch_rep_id
from requests
left join touches as answers
    on requests.lead_id = answers.lead_id and requests.answers_before + 1 = answers.answer_number
