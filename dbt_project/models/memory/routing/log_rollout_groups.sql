-- depends_on: {{ ref('int_routing__unseen_leads') }}
-- A log: a lead is drawn by the first run in which a step of the roll-out covers it, by a hash of both, and stays in its
-- group whatever becomes of it: who moved out of the scope because of what was done counts all the same. Who is outside
-- the scope is not drawn, and may come into it later.

with covered as (
    select rollout.rollout_id, rollout.treated_share, people.lead_id
    from {{ ref('int_routing__rollout') }} as rollout
    cross join {{ ref('int_identity__people') }} as people
    left join {{ ref('int_scoring__segment_members') }} as members
        on people.lead_id = members.lead_id and rollout.segment_id = members.segment_id
    where
        rollout.rollout_id is not null
        and rollout.mode != 'shadow'
        and (rollout.segment_id is null or members.lead_id is not null)
),

logged as (
    {% if is_incremental() %}
    select rollout_id, lead_id from {{ this }}
    {% else %}
    select rollout_id, lead_id from covered where 1 = 0
    {% endif %}
),

fresh as (
    select covered.*, {{ dbt.hash("covered.rollout_id || '/' || covered.lead_id") }} as lot
    from covered
    left join logged on covered.rollout_id = logged.rollout_id and covered.lead_id = logged.lead_id
    where logged.lead_id is null
)

select
    rollout_id,
    lead_id,
    case when {{ number_of_hash('lot') }} < treated_share then 'treated' else 'control' end as rollout_group,
    {{ as_of() }} as drawn_at
from fresh
