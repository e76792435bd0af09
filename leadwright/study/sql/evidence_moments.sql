-- What became of leads after the moments that are built. Who a lead is counts once, when it was created; what it does
-- counts at the months at whose beginning it was undecided, while it is no older than the outcome's horizon: else old
-- leads, which seldom convert and do nothing, would make everything that happens look like a sign. What most that convert
-- have done within a shorter time is known of newer leads, too: what changed lately shows there first.
insert into study.looked
with moments as (
    select
        moments.*,
        people.created_at,
        moments.as_of + to_days($horizon_days) as until_at
    from intermediate.int_learning__moments as moments
    inner join intermediate.int_identity__people as people on moments.lead_id = people.lead_id
    where moments.as_of >= $since and moments.as_of < $until
),

kinds as (
    select
        *,
        'who' as kind
    from moments
    where is_creation
    union all
    select
        *,
        'does' as kind
    from moments
    where is_of_a_month_or_ready and $basis = 'dated' and as_of <= created_at + to_days($horizon_days)
)

select
    kinds.kind,
    kinds.lead_id,
    kinds.as_of,
    case
        when $basis = 'cohort' then reached.lead_id is not null
        when kinds.kind = 'who' then coalesce(reached.reached_at <= kinds.until_at, false)
        else coalesce(reached.reached_at > kinds.as_of and reached.reached_at <= kinds.until_at, false)
    end as is_converted,
    kinds.until_at <= $as_of as is_matured,
    case
        when $basis = 'cohort' then reached.lead_id is not null
        else coalesce(reached.reached_at <= kinds.as_of + to_days($soon_days), false)
    end as is_soon
from kinds
left join intermediate.int_learning__reached as reached
    on kinds.lead_id = reached.lead_id and reached.stage = $stage
where
    kinds.as_of + to_days($soon_days) <= $as_of
    and not (coalesce(reached.is_drawn_in, false) and reached.lead_id is not null)
    and (
        $basis = 'cohort'
        or reached.lead_id is null
        or (reached.reached_at is not null and (kinds.kind = 'who' or reached.reached_at > kinds.as_of))
    )
