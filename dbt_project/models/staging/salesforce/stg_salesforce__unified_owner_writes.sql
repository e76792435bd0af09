select
    writes.crm,
    writes.lead_id,
    case writes.object
        when 'Lead' then {{ record_key('writes.crm', 'leads', 'writes.record_id') }}
        else {{ record_key('writes.crm', 'contacts', 'writes.record_id') }}
    end as record_key,
    writes.after_values,
    writes.crm_updated_at,
    writes.record_changed_at,
    writes.answered_at,
    undone.value as undone_owner_id,
    undone.restored as restored_owner_id,
    undone.lifted_at is not null as is_lifted
from {{ source('ops', 'writes') }} as writes
left join {{ source('ops', 'undone') }} as undone
    on
        writes.run_id = undone.undo_run_id
        and writes.crm = undone.crm
        and writes.object = undone.object
        and writes.record_id = undone.record_id
        and undone.field = 'OwnerId'
where
    writes.crm in ({{ quoted_accounts_of('salesforce') }})
    and writes.status = 'accepted'
    and writes.object != 'Task'
    and {{ json_holds('writes.after_values', "'OwnerId'") }}
