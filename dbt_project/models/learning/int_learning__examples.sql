-- What each moment was followed by. A lead that had come to the outcome by then has nothing to tell, nor has one of which
-- nobody knows when it did.

with accounts as (
    select lead_id, account_id from {{ ref('int_accounts__of_leads') }} where place = 1
),

examples as (
    select
        moments.lead_id,
        moments.as_of,
        moments.month_at,
        outcomes.outcome_id,
        outcomes.basis,
        {{ dbt.dateadd('day', 'outcomes.horizon_days', 'moments.as_of') }} as until_at,
        reached.lead_id is not null as is_reached,
        reached.reached_at,
        reached.is_drawn_in
    from {{ ref('int_learning__moments') }} as moments
    inner join {{ ref('int_learning__outcomes') }} as outcomes
        on
            (outcomes.basis = 'cohort' and moments.is_creation)
            or (outcomes.basis = 'dated' and moments.is_of_a_month_or_ready)
    left join {{ ref('int_learning__reached') }} as reached
        on moments.lead_id = reached.lead_id and outcomes.stage = reached.stage
)

select
    examples.lead_id,
    examples.as_of,
    examples.outcome_id,
    examples.month_at,
    coalesce(accounts.account_id, examples.lead_id) as group_id,
    case
        when examples.basis = 'cohort' then examples.is_reached
        else coalesce(examples.reached_at > examples.as_of and examples.reached_at <= examples.until_at, false)
    end as is_converted,
    examples.until_at <= {{ as_of() }} as is_matured,
    case
        when examples.basis = 'cohort' then true
        when examples.reached_at is null then not examples.is_reached
        else examples.reached_at > examples.as_of
    end as is_eligible,
    coalesce(examples.is_drawn_in, false) as is_drawn_in
from examples
left join accounts on examples.lead_id = accounts.lead_id
