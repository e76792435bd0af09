{# Rows crm, loser_id, winner_id of merged HubSpot records: HubSpot names the losers only on the winner. A merge makes a new
   record of two, so that a record merged again is a loser too: the winner is the one that is there today, of several
   that name a loser the newest, which has the highest number. HubSpot ends at 250 merges of one record, each of which
   adds two ids. #}
{% macro hubspot_losers(relation, id_column) %}
with winners as (
    select crm, {{ id_column }} as winner_id, merged_ids
    from {{ relation }}
    where merged_ids is not null
),

losers as (
    select distinct
        winners.crm,
        winners.winner_id,
        trim({{ dbt.split_part('winners.merged_ids', "';'", '(tens.n - 1) * 20 + ones.n') }}) as loser_id
    from winners
    cross join {{ numbers_to(25) }} as tens
    cross join {{ numbers_to(20) }} as ones
)

select ranked.crm, ranked.loser_id, ranked.winner_id
from (
    select
        losers.crm,
        losers.loser_id,
        losers.winner_id,
        row_number() over (
            partition by losers.crm, losers.loser_id
            order by length(losers.winner_id) desc, losers.winner_id desc
        ) as place
    from losers
    left join losers as merged_again
        on
            losers.crm = merged_again.crm
            and losers.winner_id = merged_again.loser_id
            and merged_again.winner_id != losers.winner_id
    where losers.loser_id != '' and losers.loser_id != losers.winner_id and merged_again.loser_id is null
) as ranked
where ranked.place = 1
{% endmacro %}
