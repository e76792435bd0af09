-- By how much more often leads of a best grade became an SQL than those of a worst, with the interval of Agresti and Caffo
-- (docs/rollout.md); no row where few of either have an outcome.
with kinds as (
    select
        scale.stands_for,
        string_agg(bands.cut_value, ', ' order by scale.place) as grades,
        sum(bands.scored_count) as lead_count,
        sum(bands.sql_count) as sql_count
    from marts.rpt_score_bands as bands
    inner join seeds.grade_scale as scale on bands.cut_value = scale.grade
    where bands.cut = 'grade' and scale.stands_for in ('best', 'worst')
    group by scale.stands_for
    having sum(bands.scored_count) >= $least_leads
),

both_kinds as (
    select
        best.grades as best_grades,
        best.lead_count as best_count,
        best.sql_count as best_sql_count,
        worst.grades as worst_grades,
        worst.lead_count as worst_count,
        worst.sql_count as worst_sql_count,
        (best.sql_count + 1) / (best.lead_count + 2) as p,
        (worst.sql_count + 1) / (worst.lead_count + 2) as q
    from kinds as best
    inner join kinds as worst on best.stands_for = 'best' and worst.stands_for = 'worst'
)

select
    *,
    best_sql_count / best_count as best_rate,
    worst_sql_count / worst_count as worst_rate,
    p - q - 1.96 * sqrt(p * (1 - p) / (best_count + 2) + q * (1 - q) / (worst_count + 2)) as lower_difference,
    p - q + 1.96 * sqrt(p * (1 - p) / (best_count + 2) + q * (1 - q) / (worst_count + 2)) as upper_difference
from both_kinds
