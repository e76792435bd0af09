{% set cuts = [
    ('all', "'all'", "'all'"),
    ('rep', 'rep_id', "coalesce(full_name, '(nobody)')"),
    ('rule', "coalesce(rule_id, '(fair share)')", "coalesce(rule_id, '(fair share)')"),
    ('month', 'month', 'month'),
] %}
{% set kept = '(next_code is null or next_code in ' ~ handover_codes() ~ ') and not is_refused' %}
{% set by_person = "('set_by_person', 'emptied_by_person', 'routed_after_emptying', 'undone')" %}

-- How often a rep whom our rules chose was replaced afterwards. A decision is mature when it has had the days of the seed
-- kpis; younger ones may still be changed and do not count for the accuracy. A decision is refused where a rep answered,
-- while it stood, that the lead is not his; it was wrong, whether or not anybody else has the lead since. That the rep
-- went on leave later, or left, says nothing against it.

with refusals as (
    select identities.lead_id, feedback.known_at
    from {{ ref('int_lifecycle__feedback') }} as feedback
    inner join {{ ref('int_identity__records') }} as identities on feedback.record_key = identities.record_key
    where feedback.is_misrouted
),

timed as (
    select
        *,
        lead(assigned_at) over (partition by lead_id order by decision_number) as until_at
    from {{ ref('int_routing__coded_decisions') }}
),

refused as (
    select distinct timed.lead_id, timed.decision_number
    from timed
    inner join refusals
        on
            timed.lead_id = refusals.lead_id
            and timed.assigned_at <= refusals.known_at
            and (timed.until_at is null or timed.until_at > refusals.known_at)
),

numbered as (
    select
        decisions.*,
        refused.lead_id is not null as is_refused,
        coalesce(
            lead(decisions.reason_code) over (partition by decisions.lead_id order by decisions.decision_number),
            case when choices.decision in ('empty', 'undone') then choices.reason_code end
        ) as next_code
    from {{ ref('int_routing__coded_decisions') }} as decisions
    left join {{ ref('int_routing__assignments') }} as choices on decisions.lead_id = choices.lead_id
    left join refused
        on decisions.lead_id = refused.lead_id and decisions.decision_number = refused.decision_number
),

decisions as (
    select
        numbered.*,
        reps.full_name,
        substring(cast(cast({{ dbt.date_trunc('month', 'numbered.assigned_at') }} as date) as string), 1, 7) as month,
        {{ days_between('numbered.assigned_at', as_of()) }} >= kpis.maturity_days as is_mature,
        kpis.thin_below
    from numbered
    inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = 'routing_accuracy'
    left join {{ ref('dim_reps') }} as reps on numbered.rep_id = reps.rep_id
    where numbered.is_routed
)

{% for cut, key, label in cuts %}
select
    '{{ cut }}' as cut,
    {{ key }} as cut_key,
    max({{ label }}) as cut_value,
    count(*) as routed_count,
    {{ counted('next_code in ' ~ by_person) }} as replaced_count,
    {{ counted("next_code != 'not_answered_in_time' and next_code not in " ~ by_person) }} as rerouted_count,
    {{ counted("next_code = 'not_answered_in_time'") }} as reassigned_count,
    {{ counted('is_refused') }} as refused_count,
    {{ counted('rule_id is not null') }} as routed_by_rule_count,
    {{ counted("reason_code = 'fallback'") }} as fallback_count,
    {{ counted('is_mature') }} as mature_count,
    {{ counted('is_mature and ' ~ kept) }} as mature_kept_count,
    cast({{ counted('is_mature and ' ~ kept) }} as double)
    / nullif({{ counted('is_mature') }}, 0) as accuracy_share,
    {{ counted('is_mature') }} < min(thin_below) as is_thin
from decisions
group by {{ key }}
{{ "union all" if not loop.last }}
{% endfor %}
