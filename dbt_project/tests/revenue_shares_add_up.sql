-- Every model gives away the whole amount of each won opportunity, and no more.

with shares as (
    select
        opportunity_id,
        sum(first_amount) as first_amount,
        sum(last_amount) as last_amount,
        sum(linear_amount) as linear_amount,
        sum(position_amount) as position_amount
    from {{ ref('fct_revenue_shares') }}
    group by opportunity_id
)

select opportunities.opportunity_id
from {{ ref('fct_opportunities') }} as opportunities
left join shares on opportunities.opportunity_id = shares.opportunity_id
where
    opportunities.is_won
    and opportunities.amount is not null
    and (
        shares.opportunity_id is null
        or shares.first_amount != opportunities.amount
        or shares.last_amount != opportunities.amount
        or shares.linear_amount != opportunities.amount
        or shares.position_amount != opportunities.amount
    )
