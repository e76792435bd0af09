select
    contributions.lead_id,
    contributions.dimension,
    contributions.kind,
    contributions.rule_id,
    contributions.signal_group,
    contributions.feature,
    contributions.value,
    contributions.points,
    contributions.label
from {{ ref('int_scoring__contributions') }} as contributions
inner join {{ ref('int_scoring__moments') }} as moments
    on contributions.lead_id = moments.lead_id and contributions.as_of = moments.as_of
where moments.is_current
