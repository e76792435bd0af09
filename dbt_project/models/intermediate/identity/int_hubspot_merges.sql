-- HubSpot names the losers of a merge only on the winner.

with winners as (
    select contact_id, merged_ids
    from {{ ref('stg_hubspot__contacts') }}
    where merged_ids is not null
),

losers as (
    select
        winners.contact_id as winner_id,
        trim({{ dbt.split_part('winners.merged_ids', "';'", 'numbers.n') }}) as loser_id
    from winners
    cross join {{ numbers_to(30) }} as numbers
)

select
    loser_id,
    min(winner_id) as winner_id
from losers
where loser_id != '' and loser_id != winner_id
group by loser_id
