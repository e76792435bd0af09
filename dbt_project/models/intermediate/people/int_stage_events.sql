-- Everything that says when a lead entered a stage, by track: a field of a CRM record, a conversion, or an
-- opportunity. Where nobody knows since when a record has said so, `entered_at` is empty and `known_at` is the run
-- that saw it first. A field that says nothing is no unknown stage. A person who was added to an open opportunity entered it then, not when it was opened.

with identities as (
    select * from {{ ref('int_identities') }} where not is_deleted
),

mapping as (
    select * from {{ ref('lead_stages') }}
),

-- A stage that is entered again has a date after the run that saw the one before: one that lies before that run, by more
-- than a pull may take, or before the other date, corrects it.
sightings as (
    select
        *,
        lead(entered_at) over (
            partition by record_key, field, value, is_stated order by first_seen_at, entered_at
        ) as next_entered_at
    from {{ ref('int_stage_sightings') }}
    where entered_at is null or {{ is_plausible('entered_at') }}
),

words as (
    select
        record_key,
        field,
        value,
        entered_at,
        coalesce(entered_at, first_seen_at) as known_at,
        case
            when is_stated then 'HubSpot stage date'
            when entered_at is null then 'Seen when first read'
            else 'Seen to change'
        end as evidence
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
        {{ record_key('salesforce', 'leads', 'lead_record_id') }} as record_key,
        field,
        new_value as value,
        changed_at as entered_at,
        changed_at as known_at,
        'Salesforce field history' as evidence
    from {{ ref('stg_salesforce__lead_history') }}
    where field in (select field from mapping where crm = 'salesforce') and not is_deleted
),

-- Salesforce keeps only the day of a conversion; the history has a row of its minute.
histories as (
    select lead_record_id, max(changed_at) as changed_at
    from {{ ref('stg_salesforce__lead_history') }}
    where field in ('Status', 'leadConverted') and not is_deleted
    group by lead_record_id
),

conversions as (
    select
        {{ record_key('salesforce', 'leads', 'leads.lead_record_id') }} as record_key,
        case
            when cast(histories.changed_at as date) = cast(leads.converted_at as date) then histories.changed_at
            else greatest(leads.converted_at, leads.created_at)
        end as converted_at
    from {{ ref('stg_salesforce__leads') }} as leads
    left join histories on leads.lead_record_id = histories.lead_record_id
    where leads.is_converted and leads.converted_at is not null
),

lead_moves as (
    select
        links.lead_id,
        links.joined_at,
        moves.*,
        min(case when moves.stage != 'opportunity' then moves.moved_at end) over (
            partition by links.lead_id, moves.opportunity_id
        ) as first_closed_at
    from {{ ref('int_opportunity_moves') }} as moves
    inner join {{ ref('int_opportunity_leads') }} as links on moves.opportunity_id = links.opportunity_id
),

events as (
    select
        identities.lead_id,
        concat(words.record_key, '/', words.field) as track,
        mapping.stage,
        words.entered_at,
        words.known_at,
        mapping.reason_code,
        words.evidence,
        mapping.stage is null and words.value != '' as is_unknown
    from words
    inner join identities on words.record_key = identities.record_key
    left join mapping on identities.crm = mapping.crm and words.field = mapping.field and words.value = mapping.value

    union all

    select
        identities.lead_id,
        concat(conversions.record_key, '/conversion') as track,
        'sql' as stage,
        conversions.converted_at as entered_at,
        conversions.converted_at as known_at,
        cast(null as string) as reason_code,
        'Salesforce conversion' as evidence,
        false as is_unknown
    from conversions
    inner join identities on conversions.record_key = identities.record_key

    union all

    select
        lead_id,
        opportunity_id as track,
        stage,
        case
            when stage = 'opportunity' and joined_at > moved_at and joined_at < coalesce(first_closed_at, {{ as_of() }})
                then joined_at
            else moved_at
        end as entered_at,
        case
            when stage = 'opportunity' and joined_at > moved_at and joined_at < coalesce(first_closed_at, {{ as_of() }})
                then joined_at
            else moved_at
        end as known_at,
        lost_reason as reason_code,
        evidence,
        false as is_unknown
    from lead_moves
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
where known_at <= {{ as_of() }}
group by lead_id, track, stage, known_at
