-- What an account's score is made of tells of each of its leads, so nothing is written about one with a lead of the control
-- group, nor about one whose leads are all outside; in shadow about none.

with led as (
    select
        accounts.account_id,
        max(case when rollout.is_sent then 1 else 0 end) as has_sent,
        max(case when rollout.rollout_group = 'control' then 1 else 0 end) as has_control
    from {{ ref('int_accounts__of_leads') }} as accounts
    inner join {{ ref('int_writing__rollout') }} as rollout on accounts.lead_id = rollout.lead_id
    where accounts.place = 1
    group by accounts.account_id
)

select companies.account_id
from {{ ref('int_accounts__companies') }} as companies
cross join {{ ref('int_routing__rollout') }} as rollout
left join led on companies.account_id = led.account_id
where rollout.mode = 'shadow' or led.has_sent = 0 or led.has_control = 1
