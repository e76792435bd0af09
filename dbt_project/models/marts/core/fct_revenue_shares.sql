-- The revenue of a won opportunity, shared among the touches of its people before it was won: where each came from, and
-- the campaigns that they answered. Four models: all to the first touch; all to the last; the same to each; by position
-- (40% first, 40% last, the rest to those between). Shares are whole cents of a running total, so that they add up to
-- the amount exactly. Revenue without any touch stands under (none). Of touches at one moment, where somebody came from is
-- before what was answered, whoever was there first before others, and the campaign that began first before others.

with won as (
    select opportunity_id, amount, closed_at, cast(round(amount * 100, 0) as bigint) as cents
    from {{ ref('fct_opportunities') }}
    where is_won and amount is not null
),

touches as (
    select
        lead_id,
        'source' as touch_type,
        coalesce(lead_source, '(none)') as channel,
        created_at as touched_at,
        created_at as arrived_at,
        cast(null as timestamp) as starts_at,
        '' as campaign_key
    from {{ ref('dim_leads') }}
    union all
    select
        members.lead_id,
        'campaign' as touch_type,
        campaigns.name as channel,
        members.responded_at as touched_at,
        leads.created_at as arrived_at,
        campaigns.starts_at,
        members.campaign_key
    from {{ ref('int_lifecycle__campaign_members') }} as members
    inner join {{ ref('unified_campaigns') }} as campaigns on members.campaign_key = campaigns.campaign_key
    inner join {{ ref('dim_leads') }} as leads on members.lead_id = leads.lead_id
    where members.responded_at is not null
),

linked as (
    select
        won.opportunity_id,
        won.cents,
        touches.lead_id,
        coalesce(touches.touch_type, '(none)') as touch_type,
        coalesce(touches.channel, '(none)') as channel,
        touches.touched_at,
        touches.arrived_at,
        touches.starts_at,
        touches.campaign_key
    from won
    left join (
        select links.opportunity_id as touched_opportunity_id, touches.*
        from {{ ref('int_accounts__opportunity_leads') }} as links
        inner join touches on links.lead_id = touches.lead_id
    ) as touches
        on won.opportunity_id = touches.touched_opportunity_id and touches.touched_at <= won.closed_at
),

placed as (
    select
        *,
        row_number() over (
            partition by opportunity_id
            order by
                touched_at,
                touch_type desc,
                arrived_at,
                case when starts_at is null then 1 else 0 end,
                starts_at,
                campaign_key,
                lead_id
        ) as place,
        count(*) over (partition by opportunity_id) as touch_count
    from linked
),

-- What all touches up to this one, and up to the one before, have together.
totals as (
    select
        {% for until in ['place', '(place - 1)'] %}
        case
            when {{ until }} = touch_count then cents
            else floor(cast(cents as double) * {{ until }} / touch_count)
        end as linear_{{ loop.index }},
        case
            when {{ until }} = touch_count then cents
            when {{ until }} = 0 then 0
            when touch_count = 2 then floor(cast(cents as double) / 2)
            else floor(cast(cents as double) * (4 * (touch_count - 2) + 2 * ({{ until }} - 1)) / (10 * (touch_count - 2)))
        end as position_{{ loop.index }},
        {% endfor %}
        opportunity_id,
        lead_id,
        touch_type,
        channel,
        touched_at,
        place,
        touch_count,
        cents
    from placed
)

select
    opportunity_id,
    cast(place as integer) as touch_number,
    lead_id,
    touch_type,
    channel,
    touched_at,
    cast(case when place = 1 then cents else 0 end * 0.01 as decimal(18, 2)) as first_amount,
    cast(case when place = touch_count then cents else 0 end * 0.01 as decimal(18, 2)) as last_amount,
    cast((linear_1 - linear_2) * 0.01 as decimal(18, 2)) as linear_amount,
    cast((position_1 - position_2) * 0.01 as decimal(18, 2)) as position_amount
from totals
