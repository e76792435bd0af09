-- A log: the score of each lead at the age at which scores are judged (seed kpis), by the rules that were live then and
-- what was known then. Of leads that were older when the first run came it is what today's rules say of that moment.

select
    scores.lead_id,
    kpis.judged_after_days,
    scores.as_of as judged_at,
    {{ as_of() }} as noted_at,
    scores.score,
    scores.grade,
    scores.fit_band,
    scores.intent_band,
    reasons.top_reasons,
    scores.rule_set_hash,
    odds.model_id,
    odds.probability
from {{ ref('int_scoring__scores') }} as scores
inner join {{ ref('int_scoring__top_reasons') }} as reasons on scores.lead_id = reasons.lead_id and scores.as_of = reasons.as_of
inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = 'missed_winners'
inner join {{ ref('int_identity__people') }} as people
    on
        scores.lead_id = people.lead_id
        and scores.as_of = {{ dbt.dateadd('day', 'kpis.judged_after_days', 'people.created_at') }}
left join {{ ref('int_scoring__model_odds') }} as odds on scores.lead_id = odds.lead_id and scores.as_of = odds.as_of
{% if is_incremental() %}
left join {{ this }} as logged
    on scores.lead_id = logged.lead_id and kpis.judged_after_days = logged.judged_after_days
{% endif %}
where not scores.is_current{{ " and logged.lead_id is null" if is_incremental() }}
