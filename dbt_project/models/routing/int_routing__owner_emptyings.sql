-- depends_on: {{ ref('routing_policies') }}

-- Leads whose owner somebody emptied after us, in a record of theirs: that ends our decision. They are routed again once
-- somebody else could get them, because the routing files have changed since that decision, or once they ask for
-- something; nobody who had the lead gets it again.

with edits as (
    select
        lead_id,
        crm,
        changed_at,
        row_number() over (partition by lead_id order by changed_at desc, record_key) as place
    from {{ ref('int_routing__owner_edits') }}
    where is_emptied
),

decisions as (
    select
        lead_id,
        {{ dbt.listagg('rep_id', "'/'", 'order by rep_id') }} as had_by,
        max(assigned_at) as assigned_at
    from {{ ref('int_routing__earlier_decisions') }}
    group by lead_id
),

changes as (
    select max(seen_at) as changed_at from {{ ref('log_routing_sets') }} where version_number > 1
),

raised as (
    select engagements.lead_id, max(engagements.occurred_at) as raised_at
    from {{ ref('int_engagement__signals') }} as engagements
    inner join {{ ref('feature_catalogue') }} as catalogue
        on engagements.signal = catalogue.feature and catalogue.is_hand_raise
    group by engagements.lead_id
)

select
    edits.lead_id,
    edits.crm,
    edits.changed_at,
    coalesce(decisions.had_by, '') as had_by,
    coalesce(
        {{ routing_policy('reroute_emptied') }} = 1 and changes.changed_at > decisions.assigned_at, false
    )
    or coalesce(raised.raised_at > edits.changed_at, false) as is_to_route
from edits
left join decisions on edits.lead_id = decisions.lead_id
left join raised on edits.lead_id = raised.lead_id
cross join changes
where edits.place = 1
