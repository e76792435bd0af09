{% set log = earlier_rows('int_assignment_decisions') %}
-- depends_on: {{ ref('routing_policies') }}

-- Leads whose latest owner our rules chose, who had them before by our rules, and whether the time to answer has run
-- out for this one. Every owner gets the whole time that the grade promises, from the moment he has the lead.

with decisions as (
    {% if log %}
    select
        lead_id,
        rep_id,
        reason,
        is_routed,
        row_number() over (partition by lead_id order by decision_number desc) as place
    from {{ log }}
    {% else %}
    select lead_id, cast(null as string) as rep_id, '' as reason, true as is_routed, 1 as place
    from {{ ref('int_people') }}
    where 1 = 0
    {% endif %}
),

histories as (
    select
        lead_id,
        {{ dbt.listagg('rep_id', "'/'", 'order by rep_id') }} as had_by,
        {{ counted("reason like 'Not answered in time%'") }} as reassignment_count
    from decisions
    where is_routed
    group by lead_id
)

select
    latest.lead_id,
    latest.rep_id,
    histories.had_by,
    histories.reassignment_count,
    working.owner_due_at,
    {{ routing_policy('reassign_after_breach') }} = 1
    and histories.reassignment_count < {{ routing_policy('most_reassignments') }}
    and responses.lead_id is not null
    and responses.first_touch_at is null
    and stages.lifecycle_stage not in ('customer', 'disqualified', 'lost', 'recycled')
    and coalesce(working.owner_due_at < {{ as_of() }}, false) as is_to_reassign
from decisions as latest
inner join histories on latest.lead_id = histories.lead_id
inner join {{ ref('int_lead_stages') }} as stages on latest.lead_id = stages.lead_id
left join {{ ref('int_responses') }} as responses on latest.lead_id = responses.lead_id
left join {{ ref('int_response_working_time') }} as working on latest.lead_id = working.lead_id
where latest.place = 1 and latest.is_routed
