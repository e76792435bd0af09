-- Accounts whose contributions do not add up to their score, raw, rounded and clamped, to the cent.

with sums as (
    select
        account_id,
        sum(points) as points,
        sum(case when kind = 'rule' then points else 0 end) as raw_points,
        sum(case when kind != 'clamp' then points else 0 end) as rounded_points
    from {{ ref('int_scoring__account_contributions') }}
    where as_of = {{ as_of() }}
    group by account_id
)

select scores.account_id, scores.account_score, sums.points
from {{ ref('int_scoring__account_scores') }} as scores
left join sums on scores.account_id = sums.account_id
where
    scores.account_score != coalesce(sums.points, 0)
    or scores.account_raw != coalesce(sums.raw_points, 0)
    or scores.account_rounded != coalesce(sums.rounded_points, 0)
