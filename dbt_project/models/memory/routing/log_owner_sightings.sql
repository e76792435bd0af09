-- A log of the owner that each CRM record was seen to have: no CRM says of all its records when the owner was changed.
-- An owner that is new since the last run was set when the record last changed, or before.

with shown as (
    select record_key, crm, coalesce(owner_id, '') as owner_id, modified_at
    from {{ ref('unified_people') }}
    where not is_deleted
),

seen as (
    {% if is_incremental() %}
    select record_key, owner_id, sighting_number
    from (
        select *, row_number() over (partition by record_key order by sighting_number desc) as place from {{ this }}
    ) as log
    where place = 1
    {% else %}
    select record_key, owner_id, 0 as sighting_number from shown where 1 = 0
    {% endif %}
)

select
    shown.record_key,
    coalesce(seen.sighting_number, 0) + 1 as sighting_number,
    shown.crm,
    shown.owner_id,
    case when seen.record_key is not null then least(shown.modified_at, {{ as_of() }}) end as changed_at,
    {{ as_of() }} as seen_at
from shown
left join seen on shown.record_key = seen.record_key
where seen.record_key is null or seen.owner_id != shown.owner_id
