-- Who is to be put on which list, or to be taken off. On it are the leads whose play names it, each with the record that
-- speaks for it in that CRM; off it comes whom we put there and whose play does not name it any more. What a person did
-- meanwhile is none of our business: nothing is asked for while a lead is to stay where the last write left it, so that
-- who was taken off by hand stays off. Whom somebody else had put there, and whom an undo took off, is "taken off" too,
-- for the connector to leave alone: with that the ledger knows that the lead was somewhere else, and the next play that
-- names the list asks anew.

with records as (
    select * from {{ ref('int_writing__live_records') }}
),

wanted as (
    select distinct lists.crm, scores.lead_id, records.record_id as person_id, lists.list_or_campaign
    from {{ ref('int_scoring__current_scores') }} as scores
    inner join {{ ref('unified_nurture_lists') }} as lists on scores.play = lists.play
    inner join records on scores.lead_id = records.lead_id and lists.crm = records.crm and records.place = 1
),

past as (
    select
        past.*,
        wanted.lead_id is not null
        and (past.is_on or (past.person_on is null and past.person_id = wanted.person_id)) as is_wanted
    from {{ ref('int_writing__past_memberships') }} as past
    left join wanted
        on
            past.crm = wanted.crm
            and past.lead_id = wanted.lead_id
            and past.list_or_campaign = wanted.list_or_campaign
),

asked as (
    select crm, lead_id, person_id, list_or_campaign, is_wanted as is_member, write_count
    from past
    where case when is_held then is_wanted = is_on else is_wanted != is_on or is_unsure end
    union all
    select
        wanted.crm,
        wanted.lead_id,
        wanted.person_id,
        wanted.list_or_campaign,
        true as is_member,
        cast(0 as bigint) as write_count
    from wanted
    left join past
        on
            wanted.crm = past.crm
            and wanted.lead_id = past.lead_id
            and wanted.list_or_campaign = past.list_or_campaign
            and (past.person_id = wanted.person_id or past.is_on)
    where past.lead_id is null
)

select
    asked.crm,
    asked.person_id || '/' || asked.list_or_campaign as record_id,
    asked.lead_id,
    asked.is_member,
    {{ dbt.hash("case when asked.is_member then 'on' else 'off' end || '|' || cast(asked.write_count as string)") }}
        as payload_hash
from asked
inner join {{ ref('int_writing__rollout') }} as rollout on asked.lead_id = rollout.lead_id and rollout.is_sent
