{% set cuts = [
    ('all', "'all'", "'all'"),
    ('rep', 'rep_id', "coalesce(full_name, '(nobody)')"),
    ('rule', "coalesce(rule_id, '(fair share)')", "coalesce(rule_id, '(fair share)')"),
    ('month', 'month', 'month'),
] %}
{% set by_person = "('set_by_person', 'emptied_by_person', 'routed_after_emptying', 'undone')" %}

-- How often a rep whom our rules chose was replaced afterwards. A decision is mature when it has had the days of the seed
-- kpis; younger ones may still be changed and do not count for the accuracy.

with numbered as (
    select
        decisions.*,
        coalesce(
            lead(decisions.reason_code) over (partition by decisions.lead_id order by decisions.decision_number),
            case when choices.decision in ('empty', 'undone') then choices.reason_code end
        ) as next_code
    from {{ ref('int_routing__coded_decisions') }} as decisions
    left join {{ ref('int_routing__assignments') }} as choices on decisions.lead_id = choices.lead_id
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
    {{ counted('rule_id is not null') }} as routed_by_rule_count,
    {{ counted("reason_code = 'fallback'") }} as fallback_count,
    {{ counted('is_mature') }} as mature_count,
    {{ counted('is_mature and next_code is null') }} as mature_kept_count,
    cast({{ counted('is_mature and next_code is null') }} as double)
    / nullif({{ counted('is_mature') }}, 0) as accuracy_share,
    {{ counted('is_mature') }} < min(thin_below) as is_thin
from decisions
group by {{ key }}
{{ "union all" if not loop.last }}
{% endfor %}
