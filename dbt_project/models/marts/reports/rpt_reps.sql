-- What each rep carries and what became of it.

with leads as (
    select
        assignments.rep_id,
        assignments.is_routed,
        scale.stands_for,
        leads.is_sql,
        leads.is_won,
        leads.is_open
    from {{ ref('fct_lead_assignments') }} as assignments
    inner join {{ ref('dim_leads') }} as leads on assignments.lead_id = leads.lead_id
    inner join {{ ref('fct_lead_scores') }} as scores on assignments.lead_id = scores.lead_id
    inner join {{ ref('grade_scale') }} as scale on scores.grade = scale.grade
),

by_rep as (
    select
        rep_id,
        count(*) as lead_count,
        {{ counted('is_open') }} as open_lead_count,
        {{ counted("is_open and stands_for = 'best'") }} as open_best_count,
        {{ counted('is_routed') }} as routed_count,
        {{ counted('is_sql') }} as sql_count,
        {{ counted('is_won') }} as won_count
    from leads
    group by rep_id
),

opportunities as (
    select
        rep_id,
        {{ counted('not is_closed') }} as open_opportunity_count,
        sum(case when is_won then amount else 0 end) as won_amount
    from {{ ref('fct_opportunities') }}
    group by rep_id
)

select
    reps.rep_id,
    reps.full_name,
    reps.is_active,
    {% for name in [
        'lead_count', 'open_lead_count', 'open_best_count', 'routed_count', 'sql_count', 'won_count',
    ] %}
    coalesce(by_rep.{{ name }}, 0) as {{ name }},
    {% endfor %}
    coalesce(opportunities.open_opportunity_count, 0) as open_opportunity_count,
    cast(coalesce(opportunities.won_amount, 0) as decimal(18, 2)) as won_amount
from {{ ref('dim_reps') }} as reps
left join by_rep on reps.rep_id = by_rep.rep_id
left join opportunities on reps.rep_id = opportunities.rep_id
