{% set log = earlier_rows('log_owner_due_times') %}
-- depends_on: {{ ref('routing_policies') }}

-- Leads whose latest owner our rules chose, who had them before by our rules, and whether the time to answer has run out
-- for this one, by what earlier runs promised: nobody is replaced for a promise that this very run makes, because he
-- could not have seen it.

with histories as (
    select
        lead_id,
        {{ dbt.listagg('rep_id', "'/'", 'order by rep_id') }} as had_by,
        {{ counted("reason_code = 'not_answered_in_time'") }} as reassignment_count
    from {{ ref('int_routing__earlier_decisions') }}
    where is_routed
    group by lead_id
),

promised as (
    {% if log %}
    select
        lead_id,
        decision_number,
        due_at,
        row_number() over (partition by lead_id, decision_number order by noted_at desc, due_at) as place
    from {{ log }}
    {% else %}
    select lead_id, 0 as decision_number, cast(null as timestamp) as due_at, 1 as place from histories where 1 = 0
    {% endif %}
)

select
    latest.lead_id,
    latest.rep_id,
    histories.had_by,
    histories.reassignment_count,
    promised.due_at as owner_due_at,
    {{ routing_policy('reassign_after_breach') }} = 1
    and histories.reassignment_count < {{ routing_policy('most_reassignments') }}
    and responses.lead_id is not null
    and responses.first_touch_at is null
    and stages.is_open
    and coalesce(promised.due_at < {{ as_of() }}, false) as is_to_reassign
from {{ ref('int_routing__earlier_decisions') }} as latest
inner join histories on latest.lead_id = histories.lead_id
inner join {{ ref('int_lifecycle__lead_stages') }} as stages on latest.lead_id = stages.lead_id
left join {{ ref('int_service_levels__responses') }} as responses on latest.lead_id = responses.lead_id
left join promised
    on
        latest.lead_id = promised.lead_id
        and latest.decision_number = promised.decision_number
        and promised.place = 1
where latest.place = 1 and latest.is_routed
