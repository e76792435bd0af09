-- Why a lead has its score, in a rep's words, where a champion makes it: how likely the outcome is, and what sets the lead
-- apart from others. What was done is named once, however many features count it.

with named as (
    select
        hits.lead_id,
        hits.as_of,
        hits.label,
        hits.rule_id,
        hits.log_odds,
        coalesce(catalogue.signal, hits.feature) as subject,
        sum(hits.log_odds) over (
            partition by hits.lead_id, hits.as_of, coalesce(catalogue.signal, hits.feature)
        ) as subject_odds
    from {{ ref('int_scoring__model_hits') }} as hits
    left join {{ ref('feature_catalogue') }} as catalogue on hits.feature = catalogue.feature
    where hits.log_odds is not null
),

strongest as (
    select
        *,
        row_number() over (
            partition by lead_id, as_of, subject order by log_odds * sign(subject_odds) desc, rule_id
        ) as turn
    from named
    where subject_odds != 0
),

ranked as (
    select
        *,
        row_number() over (
            partition by lead_id, as_of, case when subject_odds > 0 then 1 else 0 end
            order by abs(subject_odds) desc, rule_id
        ) as place
    from strongest
    where turn = 1
),

sides as (
    select
        lead_id,
        as_of,
        max(case when subject_odds > 0 and place = 1 then label end) as above_1,
        max(case when subject_odds > 0 and place = 2 then label end) as above_2,
        max(case when subject_odds > 0 and place = 3 then label end) as above_3,
        max(case when subject_odds < 0 and place = 1 then label end) as below_1,
        max(case when subject_odds < 0 and place = 2 then label end) as below_2,
        max(case when subject_odds < 0 and place = 3 then label end) as below_3
    from ranked
    where place <= 3
    group by lead_id, as_of
),

outcomes as (
    select distinct model_id, stage, basis, horizon_days from {{ ref('int_scoring__champions') }}
)

select
    odds.lead_id,
    odds.as_of,
    {{ percent_in_words('odds.probability') }} || '% likely to '
    || case outcomes.stage when 'sql' then 'become SQL' when 'won' then 'be won' else 'come to ' || outcomes.stage end
    || case when outcomes.basis = 'dated' then ' in ' || cast(outcomes.horizon_days as string) || ' days' else '' end
    || ' (' || {{ percent_in_words('odds.lower_probability') }} || '-' || {{ percent_in_words('odds.upper_probability') }}
    || '%, ' || cast(odds.similar_lead_count as string) || ' similar leads)'
    || coalesce('; above others because ' || sides.above_1, '')
    || coalesce(', ' || sides.above_2, '')
    || coalesce(', ' || sides.above_3, '')
    || coalesce('; below because ' || sides.below_1, '')
    || coalesce(', ' || sides.below_2, '')
    || coalesce(', ' || sides.below_3, '') as reasons
from {{ ref('int_scoring__model_odds') }} as odds
inner join outcomes on odds.model_id = outcomes.model_id
left join sides on odds.lead_id = sides.lead_id and odds.as_of = sides.as_of
