-- What we wrote to a contact before it was merged stands in the one that it became.

with losers as (
    {{ hubspot_losers(ref('stg_hubspot__contacts'), 'contact_id') }}
)

select
    writes.crm,
    writes.lead_id,
    {{ record_key('writes.crm', 'contacts', 'coalesce(losers.winner_id, writes.record_id)') }} as record_key,
    writes.after_values,
    writes.crm_updated_at,
    writes.record_changed_at,
    writes.answered_at,
    undone.value as undone_owner_id,
    undone.restored as restored_owner_id,
    undone.lifted_at is not null as is_lifted
from {{ source('ops', 'writes') }} as writes
left join losers on writes.crm = losers.crm and writes.record_id = losers.loser_id
left join {{ source('ops', 'undone') }} as undone
    on
        writes.run_id = undone.undo_run_id
        and writes.crm = undone.crm
        and writes.object = undone.object
        and writes.record_id = undone.record_id
        and undone.field = 'hubspot_owner_id'
where
    writes.crm in ({{ quoted_accounts_of('hubspot') }})
    and writes.status = 'accepted'
    and writes.object != 'tasks'
    and {{ json_holds('writes.after_values', "'hubspot_owner_id'") }}
