-- A lead that was merged away leads to the lead that its records belong to now: the oldest record's, where a split has
-- scattered them. Its scores, grades and owners of that time stay under its own id.

with given as (
    select
        lead_id,
        record_key,
        decided_at,
        row_number() over (partition by lead_id order by decided_at, record_key) as place
    from {{ ref('log_identity_decisions') }}
),

today as (
    select record_key, lead_id, is_deleted from {{ ref('int_identity__records') }}
),

alive as (
    select distinct lead_id from today
)

select
    given.lead_id,
    case when alive.lead_id is not null then given.lead_id else today.lead_id end as current_lead_id,
    alive.lead_id is null as is_merged,
    given.decided_at as given_at
from given
left join alive on given.lead_id = alive.lead_id
left join today on given.record_key = today.record_key
where given.place = 1
