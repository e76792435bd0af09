-- What part of leads like this one each rep of its pools wins: the finest rate known, that of everybody where he never
-- had one, none where nobody can tell; see int_routing__rep_win_rates. How many such leads he had says whether the rate is his.

with rates as (
    select * from {{ ref('int_routing__rep_win_rates') }}
),

requests as (
    select distinct lead_id from {{ ref('int_routing__requests') }}
),

reps as (
    select distinct rep_id from {{ ref('int_routing__pool_members') }}
),

leads as (
    select
        people.lead_id,
        {{ lead_profile('size', 'people') }} as size_key,
        {{ lead_profile('profile', 'people') }} as profile_key
    from {{ ref('int_identity__people') }} as people
    inner join requests on people.lead_id = requests.lead_id
)

select
    leads.lead_id,
    reps.rep_id,
    leads.profile_key as profile,
    coalesce(by_profile.win_rate, by_size.win_rate, by_rep.win_rate, everybody.win_rate) as win_rate,
    coalesce(by_profile.closed_count, by_size.closed_count, 0) as such_closed_count,
    coalesce(by_profile.won_count, by_size.won_count, 0) as such_won_count
from leads
cross join reps
left join rates as by_profile
    on by_profile.level = 'profile' and reps.rep_id = by_profile.rep_id and leads.profile_key = by_profile.profile
left join rates as by_size
    on by_size.level = 'size' and reps.rep_id = by_size.rep_id and leads.size_key = by_size.profile
left join rates as by_rep on by_rep.level = 'rep' and reps.rep_id = by_rep.rep_id
inner join rates as everybody on everybody.level = 'everybody'
