{% set log = earlier_rows('log_rollout_groups') %}
-- depends_on: {{ ref('int_routing__rollout') }}

-- Whom our rules choose for a lead that the roll-out keeps out never learns of it, unless a CRM shows him as its owner: it
-- takes no room from leads that are given away. Groups are those of earlier runs, and so is the choice: a lead that came
-- since is not drawn yet.

with kept_out as (
    {% if log %}
    select people.lead_id
    from {{ ref('int_routing__rollout') }} as rollout
    inner join (select distinct rollout_id from {{ log }}) as drawn on rollout.rollout_id = drawn.rollout_id
    cross join {{ ref('int_identity__people') }} as people
    left join {{ log }} as lots
        on
            rollout.rollout_id = lots.rollout_id
            and people.lead_id = lots.lead_id
            and lots.rollout_group = 'treated'
    where lots.lead_id is null
    {% else %}
    select lead_id from {{ ref('int_identity__people') }} where 1 = 0
    {% endif %}
)

select kept_out.lead_id
from kept_out
inner join {{ ref('int_routing__owner_candidates') }} as candidates on kept_out.lead_id = candidates.lead_id
where candidates.crm_rep_id is null and candidates.earlier_rep_id is not null
