-- Open weighted load before anything is routed: leads that are neither won nor disqualified weigh by grade, open
-- opportunities on top.

with weights as (
    select * from {{ ref('load_weights') }}
),

leads as (
    select
        case candidates.decision when 'keep' then candidates.earlier_rep_id else candidates.crm_rep_id end as rep_id,
        weights.weight
    from {{ ref('int_owner_candidates') }} as candidates
    inner join {{ ref('int_scores') }} as scores on candidates.lead_id = scores.lead_id and scores.is_current
    inner join {{ ref('int_lead_stages') }} as stages on candidates.lead_id = stages.lead_id
    inner join weights on scores.grade = weights.kind
    where candidates.decision in ('keep', 'take') and stages.lifecycle_stage not in ('customer', 'disqualified', 'lost')
),

opportunities as (
    select owners.rep_id, weights.weight
    from {{ ref('int_opportunities') }} as opportunities
    inner join {{ ref('int_crm_owners') }} as owners
        on opportunities.crm = owners.crm and opportunities.owner_id = owners.owner_id
    inner join weights on weights.kind = 'opportunity'
    where not opportunities.is_closed
),

work as (
    select * from leads
    union all
    select * from opportunities
)

select
    reps.rep_id,
    cast(coalesce(sum(work.weight), 0) as double) as open_load
from {{ ref('int_reps') }} as reps
left join work on reps.rep_id = work.rep_id
group by reps.rep_id
