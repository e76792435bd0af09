-- Who speaks before whom is told of systems, or of one account. Of two accounts whose row is the same, the one that has the
-- system's name speaks first.

with places as (
    {{ rows_of_each_account('record_precedence', ['kind', 'object'], ['place']) }}
)

select
    places.kind,
    places.crm,
    places.object,
    row_number() over (
        partition by places.kind
        order by places.place, case when accounts.crm = accounts.system then 0 else 1 end, places.crm, places.object
    ) as place
from places
inner join {{ ref('crm_systems') }} as accounts on places.crm = accounts.crm
