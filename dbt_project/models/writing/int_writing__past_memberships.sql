-- What we last did about each record of a lead and a list, by the ledger: whether the person was to be on it, whether
-- nobody knows what became of that, and whether `leadwright undo` did it and it is held. A record that was merged or
-- converted since stands under the record that speaks for its lead now.

with records as (
    select * from {{ ref('int_writing__live_records') }}
),

undone as (
    select distinct crm, record_id, undo_run_id
    from {{ source('ops', 'undone') }}
    where object = 'memberships' and lifted_at is null
),

writes as (
    select
        writes.crm,
        ids.current_lead_id as lead_id,
        writes.record_id,
        {{ dbt.split_part('writes.record_id', "'/'", 1) }} as wrote_to,
        substring(writes.record_id, {{ dbt.position("'/'", 'writes.record_id') }} + 1) as list_or_campaign,
        writes.after_values = '{"is_member": true}' as is_on,
        writes.status in ('unknown', 'sending') as is_unsure,
        writes.run_id,
        writes.sent_at
    from {{ source('ops', 'writes') }} as writes
    inner join {{ ref('int_identity__lead_ids') }} as ids on writes.lead_id = ids.lead_id
    where
        writes.object = 'memberships'
        and writes.status in ('accepted', 'skipped', 'unknown', 'sending')
        and writes.after_values is not null
),

placed as (
    select
        writes.*,
        coalesce(kept.record_id, firsts.record_id) as person_id,
        undone.undo_run_id is not null as is_held,
        count(*) over (partition by writes.crm, writes.lead_id, writes.list_or_campaign) as write_count
    from writes
    left join records as kept
        on writes.crm = kept.crm and writes.lead_id = kept.lead_id and writes.wrote_to = kept.record_id
    left join records as firsts
        on writes.crm = firsts.crm and writes.lead_id = firsts.lead_id and firsts.place = 1
    left join undone
        on writes.crm = undone.crm and writes.record_id = undone.record_id and writes.run_id = undone.undo_run_id
),

latest as (
    select
        *,
        row_number() over (
            partition by crm, lead_id, list_or_campaign, person_id order by sent_at desc, record_id
        ) as place
    from placed
    where person_id is not null
)

select
    crm,
    lead_id,
    person_id,
    list_or_campaign,
    is_on,
    is_unsure,
    is_held,
    write_count,
    max(case when is_on then person_id end) over (partition by crm, lead_id, list_or_campaign) as person_on
from latest
where place = 1
