-- The answer that stands: of several records of a lead, the one that was answered last. What the score was is told as the
-- person saw it then; of an answer from before our first score it is the first one.

with answers as (
    select
        feedback.*,
        identities.lead_id,
        identities.crm,
        row_number() over (
            partition by identities.lead_id, feedback.question
            order by feedback.known_at desc, identities.crm desc, feedback.record_key, feedback.field
        ) as place
    from {{ ref('int_lifecycle__feedback') }} as feedback
    inner join {{ ref('int_identity__records') }} as identities
        on feedback.record_key = identities.record_key and not identities.is_deleted
    where feedback.until_at is null and feedback.answer != ''
),

shown as (
    select
        answers.lead_id,
        answers.question,
        scores.score,
        scores.grade,
        row_number() over (
            partition by answers.lead_id, answers.question
            order by
                case when scores.changed_at <= answers.known_at then 0 else 1 end,
                case when scores.changed_at <= answers.known_at then scores.change_number end desc,
                scores.change_number
        ) as place
    from answers
    inner join {{ ref('fct_lead_score_history') }} as scores on answers.lead_id = scores.lead_id
    where answers.place = 1
)

select
    answers.lead_id,
    answers.question,
    answers.answer,
    answers.verdict,
    answers.reason_code,
    answers.is_misrouted,
    answers.crm,
    answers.known_at as answered_at,
    answers.entered_at is not null as is_dated,
    shown.score as score_then,
    shown.grade as grade_then
from answers
left join shown on answers.lead_id = shown.lead_id and answers.question = shown.question and shown.place = 1
where answers.place = 1
