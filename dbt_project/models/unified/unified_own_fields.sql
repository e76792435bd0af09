-- A row that names an account goes before one that names its system.

with offered as (
    select
        accounts.crm,
        fields.object,
        fields.field,
        fields.feature,
        fields.type,
        row_number() over (
            partition by accounts.crm, fields.object, fields.field
            order by case when fields.source = accounts.crm then 0 else 1 end
        ) as turn
    from {{ ref('crm_systems') }} as accounts
    inner join {{ ref('own_fields') }} as fields on fields.source in (accounts.crm, accounts.system)
)

select
    crm,
    object,
    field,
    feature,
    type
from offered
where turn = 1
