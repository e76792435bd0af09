-- E-mails, calls, meetings and tasks of both CRMs under one set of names, one row per person they concern.
-- An automatic message says so in its subject; a Salesforce task has no direction, so an e-mail whose subject
-- begins like a reply came from the person.

with identities as (
    select record_key, lead_id from {{ ref('int_identities') }}
),

-- An activity with two contacts of one lead, as after a merge, concerns it once.
associations as (
    select distinct associations.from_object, associations.from_id, identities.lead_id
    from {{ ref('stg_hubspot__associations') }} as associations
    inner join identities on {{ record_key('hubspot', 'contacts', 'associations.to_id') }} = identities.record_key
    where
        associations.to_object = 'contacts'
        and associations.from_object in ('emails', 'calls', 'meetings', 'tasks')
),

hubspot_activities as (
    select
        'emails' as object,
        email_id as activity_record_id,
        'email' as channel,
        case when direction = 'INCOMING_EMAIL' then 'in' else 'out' end as direction,
        sent_at as occurred_at,
        coalesce(created_at, sent_at) as created_at,
        owner_id,
        subject,
        coalesce(status, 'SENT') = 'SENT' as is_done
    from {{ ref('stg_hubspot__emails') }}
    where not is_deleted

    union all

    select
        'calls' as object,
        call_id as activity_record_id,
        'call' as channel,
        case when direction = 'INBOUND' then 'in' else 'out' end as direction,
        called_at as occurred_at,
        coalesce(created_at, called_at) as created_at,
        owner_id,
        title as subject,
        coalesce(status, 'COMPLETED') not in ('CANCELED', 'QUEUED', 'RINGING', 'CALLING_CRM_USER') as is_done
    from {{ ref('stg_hubspot__calls') }}
    where not is_deleted

    union all

    select
        'meetings' as object,
        meeting_id as activity_record_id,
        'meeting' as channel,
        'both' as direction,
        starts_at as occurred_at,
        booked_at as created_at,
        owner_id,
        title as subject,
        coalesce(outcome, 'COMPLETED') not in ('CANCELED', 'NO_SHOW', 'RESCHEDULED') as is_done
    from {{ ref('stg_hubspot__meetings') }}
    where not is_deleted

    union all

    select
        'tasks' as object,
        task_id as activity_record_id,
        case task_type when 'CALL' then 'call' when 'EMAIL' then 'email' else 'task' end as channel,
        'out' as direction,
        completed_at as occurred_at,
        created_at,
        owner_id,
        subject,
        coalesce(status = 'COMPLETED', false) and completed_at is not null as is_done
    from {{ ref('stg_hubspot__tasks') }}
    where not is_deleted
),

hubspot as (
    select
        'hubspot' as crm,
        activities.*,
        associations.lead_id
    from hubspot_activities as activities
    inner join associations
        on activities.object = associations.from_object and activities.activity_record_id = associations.from_id
),

salesforce_records as (
    select
        'salesforce' as crm,
        'tasks' as object,
        task_id as activity_record_id,
        case
            when lower(coalesce(task_subtype, '')) = 'listemail' then 'mass_email'
            when lower(coalesce(task_subtype, '')) = 'call' or lower(coalesce(task_type, '')) = 'call' then 'call'
            when lower(coalesce(task_subtype, '')) = 'email' or lower(coalesce(task_type, '')) = 'email' then 'email'
            else 'task'
        end as channel,
        case
            when call_type = 'Inbound' then 'in'
            when
                lower(coalesce(task_subtype, task_type, '')) = 'email'
                and {{ dbt.split_part(words_of('subject'), "' '", 2) }} in (
                    select word from {{ ref('subject_patterns') }} where kind = 'reply'
                )
                then 'in'
            else 'out'
        end as direction,
        coalesce(completed_at, created_at) as occurred_at,
        created_at,
        owner_id,
        subject,
        is_closed as is_done,
        case
            when who_id like '00Q%' then {{ record_key('salesforce', 'leads', 'who_id') }}
            else {{ record_key('salesforce', 'contacts', 'who_id') }}
        end as record_key
    from {{ ref('stg_salesforce__tasks') }}
    where not is_deleted and who_id is not null

    union all

    select
        'salesforce' as crm,
        'events' as object,
        event_id as activity_record_id,
        'meeting' as channel,
        'both' as direction,
        starts_at as occurred_at,
        created_at,
        owner_id,
        subject,
        true as is_done,
        case
            when who_id like '00Q%' then {{ record_key('salesforce', 'leads', 'who_id') }}
            else {{ record_key('salesforce', 'contacts', 'who_id') }}
        end as record_key
    from {{ ref('stg_salesforce__events') }}
    where not is_deleted and who_id is not null
),

salesforce as (
    select
        records.crm,
        records.object,
        records.activity_record_id,
        records.channel,
        records.direction,
        records.occurred_at,
        records.created_at,
        records.owner_id,
        records.subject,
        records.is_done,
        identities.lead_id
    from salesforce_records as records
    inner join identities on records.record_key = identities.record_key
),

activities as (
    select * from hubspot
    union all
    select * from salesforce
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
    activities.lead_id,
    activities.crm,
    concat(activities.crm, ':', activities.object, ':', activities.activity_record_id) as activity_id,
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
where activities.occurred_at is not null or activities.created_at is not null
