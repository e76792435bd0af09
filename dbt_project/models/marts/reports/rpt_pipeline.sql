{% set cuts = [
    ('all', "'all'", "'all'"),
    ('source', "coalesce(lead_source, '(none)')", "coalesce(lead_source, '(none)')"),
    ('rep', "coalesce(rep_id, '(nobody)')", "coalesce(owner_name, '(nobody)')"),
] %}

-- What qualified leads are worth: open and won amounts, and the part of them that began with somebody whom marketing had
-- qualified beforehand. The source is that of the lead at the centre of the opportunity. Where sales enters only what it
-- has won there is no share of what was won.

with opportunities as (
    select
        opportunities.*,
        leads.lead_source,
        reps.full_name as owner_name,
        coalesce(opportunities.amount, 0) as worth,
        max(case when opportunities.is_closed and not opportunities.is_won then 1 else 0 end) over () = 1 as has_losses
    from {{ ref('fct_opportunities') }} as opportunities
    left join {{ ref('dim_leads') }} as leads on opportunities.lead_id = leads.lead_id
    left join {{ ref('dim_reps') }} as reps on opportunities.rep_id = reps.rep_id
)

{% for cut, key, label in cuts %}
select
    '{{ cut }}' as cut,
    {{ key }} as cut_key,
    max({{ label }}) as cut_value,
    {% for state, condition in [('open', 'not is_closed'), ('won', 'is_won')] %}
    {{ counted(condition) }} as {{ state }}_count,
    {{ counted(condition ~ ' and is_qualified') }} as qualified_{{ state }}_count,
    {{ counted(condition ~ ' and not is_qualification_known') }} as undated_{{ state }}_count,
    cast(sum(case when {{ condition }} then worth else 0 end) as decimal(18, 2)) as {{ state }}_amount,
    cast(sum(case when {{ condition }} and is_qualified then worth else 0 end) as decimal(18, 2))
        as qualified_{{ state }}_amount,
    {% endfor %}
    cast({{ counted('is_won') }} as double) / nullif({{ counted('is_closed and has_losses') }}, 0) as won_share
from opportunities
group by {{ key }}
{{ "union all" if not loop.last }}
{% endfor %}
