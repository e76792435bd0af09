{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false
) }}

-- A log: a row is added when a lead's score, grade or play is another than in its last row, with the cause.

with scores as (
    select * from {{ ref('fct_lead_scores') }}
),

inputs as (
    select
        lead_id,
        {{ dbt.hash(dbt.listagg(
            "rule_id || '/' || coalesce(value, '')", "'|'", "order by rule_id, value"
        )) }} as evidence_hash
    from {{ ref('fct_lead_score_contributions') }}
    where kind = 'rule'
    group by lead_id
),

{% if is_incremental() %}
latest as (
    select history.*
    from {{ this }} as history
    inner join (
        select lead_id, max(change_number) as change_number from {{ this }} group by lead_id
    ) as newest
        on history.lead_id = newest.lead_id and history.change_number = newest.change_number
),
{% endif %}

current_scores as (
    select scores.*, coalesce(inputs.evidence_hash, '') as evidence_hash
    from scores
    left join inputs on scores.lead_id = inputs.lead_id
)

select
    current_scores.lead_id,
    {% if is_incremental() %}
    coalesce(latest.change_number, 0) + 1 as change_number,
    case
        when latest.lead_id is null then 'first score'
        when latest.rule_set_hash != current_scores.rule_set_hash then 'rule change'
        when latest.evidence_hash != current_scores.evidence_hash then 'event or data'
        else 'decay'
    end as cause,
    latest.score as earlier_score,
    latest.grade as earlier_grade,
    {% else %}
    1 as change_number,
    'first score' as cause,
    cast(null as integer) as earlier_score,
    cast(null as string) as earlier_grade,
    {% endif %}
    current_scores.as_of as changed_at,
    current_scores.fit_score,
    current_scores.intent_score,
    current_scores.score,
    current_scores.grade,
    current_scores.play,
    current_scores.rule_set_hash,
    current_scores.evidence_hash
from current_scores
{% if is_incremental() %}
left join latest on current_scores.lead_id = latest.lead_id
where
    latest.lead_id is null
    or latest.fit_score != current_scores.fit_score
    or latest.intent_score != current_scores.intent_score
    or latest.grade != current_scores.grade
    or latest.play != current_scores.play
{% endif %}
