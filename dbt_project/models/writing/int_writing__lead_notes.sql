-- What each lead with a new task did and said, each in one line: the last five things between it and us, newest first, and
-- what it answered, beside the question where a set in use asks it. Pain, timing and budget stand apart.

with leads as (
    select distinct ids.current_lead_id as lead_id
    from {{ ref('log_lead_tasks') }} as tasks
    inner join {{ ref('int_identity__lead_ids') }} as ids on tasks.lead_id = ids.lead_id
    where ids.current_lead_id is not null and tasks.called_at > {{ dbt.dateadd('day', -7, as_of()) }}
),

things as (
    select
        lead_id,
        occurred_at,
        replace(signal, '_', ' ') || coalesce(' (' || substring(detail, 1, 80) || ')', '') as what
    from {{ ref('int_engagement__signals') }}
    union all
    select lead_id, touched_at as occurred_at, channel || ' (' || owner_name || ')' as what
    from {{ ref('int_engagement__touches') }}
),

ranked as (
    select
        things.*,
        row_number() over (partition by things.lead_id order by things.occurred_at desc, things.what) as place
    from leads
    inner join things on leads.lead_id = things.lead_id and things.occurred_at <= {{ as_of() }}
),

engagements as (
    select
        lead_id,
        {{ dbt.listagg("substring(cast(occurred_at as string), 1, 10) || ' ' || what", "'; '", 'order by place') }} as engagement
    from ranked
    where place <= 5
    group by lead_id
),

questions as (
    select topic, question, row_number() over (partition by topic order by framework, place) as place
    from {{ ref('question_sets') }}
    where is_asked
),

answers as (
    select
        answers.lead_id,
        max(case when answers.topic = 'need' then answers.value end) as pain,
        max(case when answers.topic = 'timeline' then answers.value end) as timing,
        max(case when answers.topic = 'budget' then answers.value end) as budget,
        {{ dbt.listagg(
            "case when answers.topic not in ('need', 'timeline', 'budget') then coalesce(questions.question, "
            "replace(answers.topic, '_', ' ') || ':') || ' ' || substring(answers.value, 1, 200) end",
            "'; '", 'order by answers.topic'
        ) }} as answers
    from leads
    inner join {{ ref('int_scoring__answers') }} as answers on leads.lead_id = answers.lead_id
    left join questions on answers.topic = questions.topic and questions.place = 1
    group by answers.lead_id
)

select
    leads.lead_id,
    engagements.engagement,
    answers.pain,
    answers.timing,
    answers.budget,
    answers.answers
from leads
left join engagements on leads.lead_id = engagements.lead_id
left join answers on leads.lead_id = answers.lead_id
