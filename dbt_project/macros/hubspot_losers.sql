{# Rows loser_id, winner_id of merged HubSpot records: HubSpot names the losers only on the winner. #}
{% macro hubspot_losers(relation, id_column) %}
with winners as (
    select {{ id_column }} as winner_id, merged_ids
    from {{ relation }}
    where merged_ids is not null
),

losers as (
    select
        winners.winner_id,
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
{% endmacro %}
