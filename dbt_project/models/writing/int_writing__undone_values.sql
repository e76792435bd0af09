-- What `leadwright undo` took back stays away while it is what the rules want: until they want another value, which is
-- sent and ends it, or a person lifts it.

with undone as (
    select
        *,
        row_number() over (
            partition by crm, object, record_id, field order by undone_at desc, undo_run_id
        ) as place
    from {{ source('ops', 'undone') }}
),

replaced as (
    select distinct undone.crm, undone.object, undone.record_id, undone.field
    from undone
    inner join {{ source('ops', 'writes') }} as writes
        on
            undone.crm = writes.crm
            and undone.object = writes.object
            and undone.record_id = writes.record_id
            and undone.undo_run_id != writes.run_id
            and undone.undone_at < writes.answered_at
    where undone.place = 1 and writes.status = 'accepted' and {{ json_holds('writes.after_values', 'undone.field') }}
)

select undone.crm, undone.object, undone.record_id, undone.field, undone.value
from undone
left join replaced
    on
        undone.crm = replaced.crm
        and undone.object = replaced.object
        and undone.record_id = replaced.record_id
        and undone.field = replaced.field
where undone.place = 1 and undone.lifted_at is null and undone.value is not null and replaced.record_id is null
