{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false
) }}

-- A log: a row is added when a lead's score, grade or play is another than in its last row. The cause is that of the
-- lines that moved the score most; where no line moved, the rules grade the same score otherwise, or a fact about the
-- lead that gives no points (a disqualification) has changed.

with scores as (
    select * from {{ ref('fct_lead_scores') }}
),

latest as (
    {% if is_incremental() %}
    select history.*
    from {{ this }} as history
    inner join (
        select lead_id, max(change_number) as change_number from {{ this }} group by lead_id
    ) as newest
        on history.lead_id = newest.lead_id and history.change_number = newest.change_number
    {% else %}
    select *, 0 as change_number from scores where 1 = 0
    {% endif %}
),

newest_entries as (
    select lead_id, max(change_number) as change_number
    from {{ ref('fct_lead_score_line_changes') }}
    group by lead_id
),

line_causes as (
    select
        entries.lead_id,
        entries.cause,
        row_number() over (partition by entries.lead_id order by sum(abs(entries.difference)) desc, entries.cause) as place
    from {{ ref('fct_lead_score_line_changes') }} as entries
    inner join newest_entries as newest
        on entries.lead_id = newest.lead_id and entries.change_number = newest.change_number
    where entries.cause != 'first score'
    group by entries.lead_id, entries.cause
)

select
    scores.lead_id,
    coalesce(latest.change_number, 0) + 1 as change_number,
    case
        when latest.lead_id is null then 'first score'
        when latest.fit_score != scores.fit_score or latest.intent_score != scores.intent_score
            then coalesce(line_causes.cause, 'data fix')
        when latest.rule_set_hash != scores.rule_set_hash then 'rule change'
        else 'data fix'
    end as cause,
    latest.score as earlier_score,
    latest.grade as earlier_grade,
    scores.as_of as changed_at,
    scores.fit_score,
    scores.intent_score,
    scores.score,
    scores.grade,
    scores.play,
    scores.rule_set_hash
from scores
left join latest on scores.lead_id = latest.lead_id
left join line_causes on scores.lead_id = line_causes.lead_id and line_causes.place = 1
where
    latest.lead_id is null
    or latest.fit_score != scores.fit_score
    or latest.intent_score != scores.intent_score
    or latest.grade != scores.grade
    or latest.play != scores.play
