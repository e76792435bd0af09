-- What to do and to ask next: a follow-up where a lead was ruled out too early; what the stage asks for where it says so
-- (nobody calls a customer or a rejected lead because of its score); else the first action whose grade and condition
-- hold, else that of the play. What goes by e-mail is passed over for who cannot be mailed. And the first question of
-- the sets in use that nobody has answered.

with scores as (
    select * from {{ ref('int_scoring__scores') }}
),

plays as (
    select * from {{ ref('int_scoring__lead_plays') }}
),

questions as (
    select framework, place, topic, question
    from {{ ref('question_sets') }}
    where is_asked
),

features as (
    select * from {{ ref('int_scoring__features') }}
),

open_questions as (
    select
        scores.lead_id,
        scores.as_of,
        questions.question,
        row_number() over (
            partition by scores.lead_id, scores.as_of order by questions.framework, questions.place
        ) as place
    from scores
    cross join questions
    left join features
        on
            scores.lead_id = features.lead_id
            and scores.as_of = features.as_of
            and features.feature = 'answer_' || questions.topic
    where features.lead_id is null
),

conditions as (
    {{ conditions_of(ref('next_actions')) }}
),

looked_at as (
    select features.*, lower(features.text_value) as lower_value, {{ words_of('features.text_value') }} as words
    from features
    where features.feature in (select feature from {{ ref('next_actions') }})
),

holding as (
    select
        scores.lead_id,
        scores.as_of,
        conditions.next_action,
        row_number() over (
            partition by scores.lead_id, scores.as_of order by conditions.priority, conditions.item
        ) as place
    from scores
    inner join plays on scores.lead_id = plays.lead_id and scores.as_of = plays.as_of
    inner join looked_at on scores.lead_id = looked_at.lead_id and scores.as_of = looked_at.as_of
    inner join conditions
        on
            looked_at.feature = conditions.feature
            and (conditions.grade is null or conditions.grade = scores.grade)
            and (plays.can_be_mailed or not conditions.needs_email)
            and {{ condition_holds('looked_at', 'conditions') }}
)

select
    scores.lead_id,
    scores.as_of,
    plays.play,
    open_questions.question as next_question,
    replace(
        coalesce(
            'Follow up before ruling it out' || case when plays.can_be_mailed then '' else ', not by e-mail' end
            || '; touches so far: ' || cast(early.touch_count as string),
            plays.stage_action,
            holding.next_action,
            plays.next_action
        ),
        '{question}',
        coalesce(open_questions.question, 'what is still open')
    ) as next_action
from scores
inner join plays on scores.lead_id = plays.lead_id and scores.as_of = plays.as_of
left join open_questions
    on
        scores.lead_id = open_questions.lead_id
        and scores.as_of = open_questions.as_of
        and open_questions.place = 1
left join holding
    on scores.lead_id = holding.lead_id and scores.as_of = holding.as_of and holding.place = 1
left join {{ ref('int_scoring__early_disqualifications') }} as early on scores.lead_id = early.lead_id and scores.is_current
