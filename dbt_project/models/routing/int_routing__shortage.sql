-- What is missing where no pool takes a lead, and who gets it then: the first owner of last resort who is not on leave;
-- where all are, the first.

with fallbacks as (
    select
        takers.rep_id,
        row_number() over (
            order by
                case when availability.is_on_leave then 1 else 0 end,
                takers.fallback_place,
                takers.full_name,
                takers.rep_id
        ) as place
    from {{ ref('int_routing__lead_takers') }} as takers
    inner join {{ ref('int_routing__rep_availability') }} as availability on takers.rep_id = availability.rep_id
    where takers.pool is null
),

pools as (
    select
        count(*) as member_count,
        {{ counted("pool = 'everyone'") }} as everyone_count,
        {{ counted("pool = 'everyone' and not is_on_leave") }} as present_count
    from {{ ref('int_routing__pool_members') }}
),

coded as (
    select
        fallbacks.rep_id,
        case
            when pools.member_count = 0 and fallbacks.rep_id is null then 'nobody_takes_leads'
            when pools.everyone_count = 0 then 'pool_is_empty'
            when pools.present_count = 0 then 'all_on_leave'
            else 'all_full'
        end as shortage
    from pools
    left join fallbacks on fallbacks.place = 1
)

select
    rep_id as fallback_rep_id,
    case when rep_id is not null then 'fallback' else shortage end as reason_code,
    case shortage
        when 'nobody_takes_leads' then 'Nobody takes leads: routing_pool.csv names no active rep'
        when 'pool_is_empty' then 'Nobody is in the pool everyone'
        when 'all_on_leave' then 'Everybody is on leave'
        else 'Nobody has room'
    end
    || case
        when rep_id is not null then ': fallback owner'
        when shortage != 'nobody_takes_leads' then ', and routing_fallback.csv names nobody'
        else ', nor does routing_fallback.csv'
    end as reason
from coded
