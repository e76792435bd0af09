-- Fields of the company's own that are to be numbers or dates and hold texts that are none to us: these say nothing.

with readings as (
    select
        records.crm,
        fields.object,
        fields.field,
        fields.feature,
        fields.type,
        records.value,
        case fields.type
            when 'number' then {{ stated_number('records.value') }} is null
            when 'date' then {{ moment_in_text('records.value') }} is null
        end as is_unread
    from {{ ref('unified_own_values') }} as records
    inner join {{ ref('unified_own_fields') }} as fields
        on records.crm = fields.crm and records.crm_object = fields.object and records.field = fields.field
    where fields.type in ('number', 'date')
)

select
    crm,
    object,
    field,
    feature,
    type,
    count(*) as value_count,
    {{ counted('is_unread') }} as unread_count,
    min(case when is_unread then value end) as example
from readings
group by crm, object, field, feature, type
having {{ counted('is_unread') }} > 0
