{% set cuts = [
    ('score', 'cast(cast(least(floor(score / 10.0) * 10, 90) as integer) as string)'), ('grade', 'grade'),
    ('fit', 'fit_band'), ('intent', 'intent_band'),
] %}

-- How leads are spread over the scores now, and what became of leads that had such a score at the age at which all are
-- judged. A score that tells leads apart has shares that rise with it; the best band should convert three to five times
-- the worst. Leads that are an SQL since nobody knows when are counted beside the others.

with today as (
    {% for cut, value in cuts %}
    select '{{ cut }}' as cut, {{ value }} as cut_value, count(*) as lead_count
    from {{ ref('fct_lead_scores') }}
    group by {{ value }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

outcomes as (
    {% for cut, value in cuts %}
    select
        '{{ cut }}' as cut,
        {{ value }} as cut_value,
        count(is_sql) as scored_count,
        {{ counted('is_sql is null') }} as undated_count,
        {{ counted('is_sql') }} as sql_count,
        {{ counted('is_won') }} as won_count
    from {{ ref('int_scoring__outcomes') }}
    group by {{ value }}
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    coalesce(today.cut, outcomes.cut) as cut,
    coalesce(today.cut_value, outcomes.cut_value) as cut_value,
    coalesce(today.lead_count, 0) as lead_count,
    coalesce(outcomes.scored_count, 0) as scored_count,
    coalesce(outcomes.undated_count, 0) as undated_count,
    coalesce(outcomes.sql_count, 0) as sql_count,
    coalesce(outcomes.won_count, 0) as won_count,
    cast(outcomes.sql_count as double) / nullif(outcomes.scored_count, 0) as sql_rate,
    cast(outcomes.won_count as double) / nullif(outcomes.scored_count, 0) as won_rate,
    coalesce(outcomes.scored_count, 0) < kpis.thin_below as is_thin
from today
full outer join outcomes on today.cut = outcomes.cut and today.cut_value = outcomes.cut_value
inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = 'missed_winners'
