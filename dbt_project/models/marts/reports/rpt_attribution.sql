-- Revenue by where the people of won opportunities came from and what they answered, in four models side by side. No
-- model is right: a channel that is strong in all four is strong.

select
    touch_type,
    channel,
    count(distinct opportunity_id) as opportunity_count,
    cast(sum(first_amount) as decimal(18, 2)) as first_amount,
    cast(sum(last_amount) as decimal(18, 2)) as last_amount,
    cast(sum(linear_amount) as decimal(18, 2)) as linear_amount,
    cast(sum(position_amount) as decimal(18, 2)) as position_amount,
    count(distinct opportunity_id) < min(kpis.thin_below) as is_thin
from {{ ref('fct_revenue_shares') }}
inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = 'attributed_revenue'
group by touch_type, channel
