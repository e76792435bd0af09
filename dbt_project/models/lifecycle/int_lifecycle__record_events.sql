-- What a field of a CRM record says about a lead's stage, a rep's answer whether it is taken, or a conversion. Where nobody knows since when a record has
-- said so, `entered_at` is empty and `known_at` is the run that saw it first. A field that says nothing is no unknown
-- stage. A stage that is entered again has a date after the run that saw the one before: one that lies before that run,
-- by more than a pull may take, or before the other date, corrects it.

with sightings as (
    select
        *,
        lead(entered_at) over (
            partition by record_key, field, value, is_stated order by first_seen_at, entered_at
        ) as next_entered_at
    from {{ ref('log_stage_sightings') }}
    where entered_at is null or {{ is_plausible('entered_at') }}
),

words as (
    select
        record_key,
        field,
        value,
        entered_at,
        coalesce(entered_at, first_seen_at) as known_at,
        case when is_stated then 'stage_date' when entered_at is null then 'first_read' else 'change' end as evidence_code
    from sightings
    where
        not is_stated
        or next_entered_at is null
        or (
            next_entered_at >= entered_at
            and next_entered_at > {{ dbt.dateadd('day', -1, 'first_seen_at') }}
        )

    union all

    select
        record_key,
        field,
        value,
        entered_at,
        entered_at as known_at,
        evidence_code
    from {{ ref('unified_stage_dates') }}
    where evidence_code != 'stage_date'
),

events as (
    select
        identities.lead_id,
        concat(words.record_key, '/', words.field) as track,
        case words.evidence_code when 'conversion' then 'sql' else mapping.stage end as stage,
        words.entered_at,
        words.known_at,
        mapping.reason_code,
        case words.evidence_code
            when 'first_read' then 'Seen when first read'
            when 'change' then 'Seen to change'
            else concat(coalesce(systems.label, identities.crm), ' ', replace(words.evidence_code, '_', ' '))
        end as evidence,
        words.evidence_code != 'conversion' and mapping.stage is null and words.value != '' as is_unknown
    from words
    inner join {{ ref('int_identity__records') }} as identities
        on words.record_key = identities.record_key and not identities.is_deleted
    left join {{ ref('crm_systems') }} as systems on identities.crm = systems.crm
    left join {{ ref('unified_lead_stages') }} as mapping
        on identities.crm = mapping.crm and words.field = mapping.field and words.value = mapping.value
    where words.known_at <= {{ as_of() }}

    union all

    select
        identities.lead_id,
        concat(feedback.record_key, '/', feedback.field) as track,
        feedback.stage,
        feedback.entered_at,
        feedback.known_at,
        feedback.reason_code,
        feedback.evidence,
        false as is_unknown
    from {{ ref('int_lifecycle__feedback') }} as feedback
    inner join {{ ref('int_identity__records') }} as identities
        on feedback.record_key = identities.record_key and not identities.is_deleted
    where feedback.question = 'taken'
)

select
    lead_id,
    track,
    stage,
    known_at,
    min(entered_at) as entered_at,
    min(reason_code) as reason_code,
    min(evidence) as evidence,
    max(case when is_unknown then 1 else 0 end) = 1 as is_unknown
from events
group by lead_id, track, stage, known_at
