with types as (
    select distinct feature, type from {{ ref('own_fields') }}
)

select
    own_values.lead_id,
    own_values.feature,
    types.type,
    own_values.value
from {{ ref('int_scoring__own_values') }} as own_values
inner join types on own_values.feature = types.feature
