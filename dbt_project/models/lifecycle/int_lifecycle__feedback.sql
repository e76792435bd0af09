-- What people answered about the lead of a record and when: whether it is taken, and whether its score was right. A history of the
-- field says when to the second, and knows answers that were changed between two runs; what a run saw of the same answer
-- adds nothing. An answer in other words than ours counts as said otherwise.

with words as (
    select
        record_key,
        field,
        question,
        value,
        entered_at,
        coalesce(entered_at, first_seen_at) as known_at,
        case when entered_at is null then 'Answer seen when first read' else 'Answer seen to change' end as evidence
    from {{ ref('log_feedback_sightings') }}

    union all

    select
        changes.record_key,
        changes.field,
        fields.says as question,
        changes.value,
        changes.changed_at as entered_at,
        changes.changed_at as known_at,
        'Answer in the field history' as evidence
    from {{ ref('unified_answer_changes') }} as changes
    inner join {{ ref('unified_rejection_fields') }} as fields
        on
            changes.crm = fields.crm
            and changes.crm_object = fields.object
            and changes.field = fields.field
            and fields.says in ('taken', 'score')
),

turns as (
    select
        *,
        lag(value) over (partition by record_key, field order by known_at, evidence, value) as earlier_value
    from words
    where known_at <= {{ as_of() }}
)

select
    turns.record_key,
    turns.field,
    turns.question,
    turns.value as answer,
    case
        when turns.value != '' then coalesce(acceptances.verdict, judgements.verdict, 'said_otherwise')
    end as verdict,
    acceptances.stage,
    acceptances.reason_code,
    coalesce(acceptances.is_misrouted, false) as is_misrouted,
    turns.entered_at,
    turns.known_at,
    lead(turns.known_at) over (
        partition by turns.record_key, turns.field order by turns.known_at, turns.evidence, turns.value
    ) as until_at,
    turns.evidence
from turns
left join {{ ref('acceptance_answers') }} as acceptances
    on turns.question = 'taken' and lower(turns.value) = lower(acceptances.answer)
left join {{ ref('score_answers') }} as judgements
    on turns.question = 'score' and lower(turns.value) = lower(judgements.answer)
where turns.earlier_value is null or turns.earlier_value != turns.value
