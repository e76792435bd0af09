-- One row per lead and moment: both scores, their bands, the grade and the play. A disqualified lead keeps its points
-- but stands in the low band of fit, whatever they are.

with contributions as (
    select * from {{ ref('int_score_contributions') }}
),

sums as (
    select
        moments.lead_id,
        moments.as_of,
        {% for dimension in ['fit', 'intent'] %}
        cast(
            sum(
                case
                    when contributions.dimension = '{{ dimension }}' and contributions.kind = 'rule'
                        then contributions.points
                    else 0
                end
            ) as decimal(12, 2)
        ) as {{ dimension }}_raw,
        cast(
            sum(case when contributions.dimension = '{{ dimension }}' then contributions.points else 0 end) as integer
        ) as {{ dimension }}_score,
        {% endfor %}
        moments.is_current
    from {{ ref('int_scoring_moments') }} as moments
    left join contributions on moments.lead_id = contributions.lead_id and moments.as_of = contributions.as_of
    group by moments.lead_id, moments.as_of, moments.is_current
),

disqualified as (
    select lead_id, as_of, min(label) as disqualified_reason
    from {{ ref('int_rule_hits') }}
    where dimension = 'disqualify'
    group by lead_id, as_of
),

banded as (
    select
        sums.*,
        sums.fit_score + sums.intent_score as score,
        disqualified.disqualified_reason,
        case
            when disqualified.lead_id is not null then 'low'
            when sums.fit_score >= fit.high_from then 'high'
            when sums.fit_score >= fit.medium_from then 'medium'
            else 'low'
        end as fit_band,
        case
            when sums.intent_score >= intent.high_from then 'high'
            when sums.intent_score >= intent.medium_from then 'medium'
            else 'low'
        end as intent_band
    from sums
    inner join {{ ref('score_dimensions') }} as fit on fit.dimension = 'fit'
    inner join {{ ref('score_dimensions') }} as intent on intent.dimension = 'intent'
    left join disqualified on sums.lead_id = disqualified.lead_id and sums.as_of = disqualified.as_of
),

ranked_reasons as (
    select
        lead_id,
        as_of,
        case
            when points > 0 then label || ' (+' || cast(cast(round(points, 0) as integer) as string) || ')'
            else label || ' (' || cast(cast(round(points, 0) as integer) as string) || ')'
        end as reason,
        row_number() over (partition by lead_id, as_of order by abs(points) desc, rule_id) as place
    from contributions
    where kind = 'rule' and abs(points) >= 0.5
),

reasons as (
    select
        lead_id,
        as_of,
        {% for n in range(1, 6) %}
        max(case when place = {{ n }} then reason end) as reason_{{ n }},
        {% endfor %}
        count(*) as reason_count
    from ranked_reasons
    where place <= 5
    group by lead_id, as_of
)

select
    banded.lead_id,
    banded.as_of,
    banded.is_current,
    banded.fit_raw,
    banded.fit_score,
    banded.intent_raw,
    banded.intent_score,
    banded.score,
    banded.fit_band,
    banded.intent_band,
    banded.disqualified_reason,
    grades.grade,
    grades.play,
    grades.next_action,
    grades.sla_minutes,
    coalesce(banded.disqualified_reason || '; ', '')
    || coalesce(
        reasons.reason_1
        {%- for n in range(2, 6) %} || coalesce('; ' || reasons.reason_{{ n }}, ''){% endfor %},
        'Nothing known yet'
    ) as top_reasons,
    rule_set.rule_set_hash
from banded
inner join {{ ref('grades') }} as grades
    on banded.fit_band = grades.fit_band and banded.intent_band = grades.intent_band
cross join {{ ref('int_rule_set') }} as rule_set
left join reasons on banded.lead_id = reasons.lead_id and banded.as_of = reasons.as_of
