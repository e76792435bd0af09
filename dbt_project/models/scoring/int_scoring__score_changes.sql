-- Leads whose score, grade or play is another than in the log. The score's cause is that of the lines that moved it most.
-- The grade has a cause of its own: a person set it, a disqualification began or ended, or today's bands give it to the
-- score from before already; only else did the score bring it about.

with scores as (
    select * from {{ ref('int_scoring__current_scores') }}
),

latest as (
    select * from {{ ref('int_scoring__earlier_scores') }}
),

newest_entries as (
    select lead_id, max(change_number) as change_number
    from {{ ref('log_lead_score_line_changes') }}
    group by lead_id
),

line_causes as (
    select
        entries.lead_id,
        entries.cause,
        row_number() over (partition by entries.lead_id order by sum(abs(entries.difference)) desc, entries.cause) as place
    from {{ ref('log_lead_score_line_changes') }} as entries
    inner join newest_entries as newest
        on entries.lead_id = newest.lead_id and entries.change_number = newest.change_number
    where entries.cause != 'first score'
    group by entries.lead_id, entries.cause
),

newest_set as (
    select max(set_number) as set_number, max(live_from) as live_from from {{ ref('log_rule_sets') }}
),

-- What this run's rules say otherwise than those of the run before.
changed_rules as (
    select
        max(case when rows_of_set.kind in ('dimension', 'grade', 'champion') then 1 else 0 end) as grading,
        max(case when rows_of_set.kind in ('rule', 'words') then 1 else 0 end) as disqualifying
    from (
        select rule_sets.kind, rule_sets.row_key
        from {{ ref('log_rule_sets') }} as rule_sets
        inner join newest_set
            on newest_set.set_number - rule_sets.set_number in (0, 1) and newest_set.live_from = {{ as_of() }}
        where rule_sets.kind in ('dimension', 'grade', 'words', 'champion') or rule_sets.definition like 'disqualify|%'
        group by rule_sets.kind, rule_sets.row_key
        having
            count(*) = 1
            or min(rule_sets.definition) != max(rule_sets.definition)
            or count(distinct coalesce(cast(rule_sets.valid_from as string), '')) > 1
            or count(distinct coalesce(cast(rule_sets.valid_to as string), '')) > 1
    ) as rows_of_set
),

caused as (
    select
        scores.*,
        coalesce(latest.change_number, 0) + 1 as change_number,
        latest.score as earlier_score,
        latest.grade as earlier_grade,
        case
            when latest.lead_id is null then 'first score'
            when latest.fit_score != scores.fit_score or latest.intent_score != scores.intent_score
                then coalesce(line_causes.cause, 'data fix')
        end as score_cause,
        case
            when latest.lead_id is null then 'first score'
            when latest.grade = scores.grade and latest.play = scores.play then cast(null as string)
            when coalesce(latest.override_grade, '') != coalesce(scores.override_grade, '') then 'person'
            when coalesce(latest.disqualified_reason, '') != coalesce(scores.disqualified_reason, '')
                then case when changed_rules.disqualifying = 1 then 'rule change' else 'data fix' end
            when
                scores.override_grade is null
                and regraded.grade = scores.grade
                and regraded.play = scores.play
                then
                    case
                        when regraded.is_percentile and coalesce(changed_rules.grading, 0) = 0 then 'population'
                        else 'rule change'
                    end
        end as own_grade_cause
    from scores
    left join latest on scores.lead_id = latest.lead_id
    left join line_causes on scores.lead_id = line_causes.lead_id and line_causes.place = 1
    left join {{ ref('int_scoring__regraded_scores') }} as regraded on scores.lead_id = regraded.lead_id
    cross join changed_rules
    where
        latest.lead_id is null
        or latest.fit_score != scores.fit_score
        or latest.intent_score != scores.intent_score
        or latest.grade != scores.grade
        or latest.play != scores.play
)

select
    lead_id,
    change_number,
    coalesce(score_cause, own_grade_cause, 'rule change') as cause,
    earlier_score,
    earlier_grade,
    as_of as changed_at,
    fit_score,
    intent_score,
    score,
    grade,
    play,
    rule_set_hash,
    coalesce(own_grade_cause, score_cause, 'rule change') as grade_cause,
    disqualified_reason,
    override_grade
from caused
