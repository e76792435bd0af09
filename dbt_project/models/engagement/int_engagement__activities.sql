-- E-mails, calls, meetings and tasks. An automatic message and a missed meeting say so in their subjects. A task that we
-- made is our doing, also when a rep ticks it off: what he did about the lead is logged as a call or an e-mail beside it.

with activities as (
    select *
    from {{ ref('unified_activities') }}
    where (occurred_at is not null or created_at is not null) and task_key is null
),

-- Subjects repeat, so each is looked at once.
subjects as (
    select
        texts.subject,
        max(case when patterns.kind = 'automatic' then 1 else 0 end) = 1 as is_automatic,
        max(case when patterns.kind = 'missed' then 1 else 0 end) = 1 as is_missed
    from (select distinct subject, {{ words_of('subject') }} as words from activities) as texts
    inner join {{ ref('subject_patterns') }} as patterns
        on
            patterns.kind in ('automatic', 'missed')
            and {{ dbt.position("concat(' ', patterns.word, ' ')", 'texts.words') }} > 0
    group by texts.subject
)

select
    activities.activity_key,
    activities.crm,
    activities.channel,
    activities.direction,
    activities.occurred_at,
    activities.created_at,
    activities.owner_id,
    activities.subject,
    activities.is_done and not (activities.channel = 'meeting' and coalesce(subjects.is_missed, false)) as is_done,
    coalesce(subjects.is_automatic, false) or activities.channel = 'mass_email' as is_automatic
from activities
left join subjects on activities.subject = subjects.subject
