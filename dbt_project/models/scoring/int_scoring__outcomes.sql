-- What became of leads after the moment at which all of them are judged: the same age for each, so that nothing which a
-- lead did later, and least of all its success, chooses the score. Leads that were decided before that moment are left
-- out, and so is all that happened after the time that an outcome has. Where a lead is an SQL and no CRM tells since
-- when, `is_sql` is empty: nobody knows what that score was followed by.

with rule as (
    select judged_after_days, maturity_days from {{ ref('kpis') }} where kpi_id = 'missed_winners'
),

judged as (
    select
        judgements.*,
        {{ dbt.dateadd('day', 'rule.maturity_days', 'judgements.judged_at') }} as until_at
    from {{ ref('log_score_judgements') }} as judgements
    inner join rule on judgements.judged_after_days = rule.judged_after_days
    inner join {{ ref('int_lifecycle__stage_changes') }} as changes
        on
            judgements.lead_id = changes.lead_id
            and changes.stage in ('lead', 'recycled', 'mql', 'sal')
            and changes.entered_at <= judgements.judged_at
            and (changes.left_at > judgements.judged_at or changes.left_at is null)
)

select
    judged.lead_id,
    judged.judged_at as scored_at,
    judged.until_at,
    judged.fit_band,
    judged.intent_band,
    coalesce(names.grade, judged.grade) as grade,
    coalesce(names.stands_for, 'middle') as stands_for,
    judged.score,
    judged.top_reasons,
    case
        when stages.sql_by_at is not null then stages.sql_by_at <= judged.until_at when not stages.is_sql then false
    end as is_sql,
    case when stages.won_at is not null then stages.won_at <= judged.until_at when not stages.is_won then false end
        as is_won,
    case when stages.sql_by_at <= judged.until_at then stages.sql_by_at end as sql_at
from judged
inner join {{ ref('int_lifecycle__lead_stages') }} as stages on judged.lead_id = stages.lead_id
left join {{ ref('int_scoring__grade_names') }} as names on judged.grade = names.name
where
    judged.until_at <= {{ as_of() }}
    and (stages.sql_by_at is null or stages.sql_by_at > judged.judged_at)
