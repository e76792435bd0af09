{# What gives points: the rules that hold for a lead, and in the time of a champion its rows instead. #}
{% macro score_hits(rules, model, champions) -%}
(
    select
        hits.lead_id,
        hits.as_of,
        hits.dimension,
        'rule' as kind,
        hits.rule_id,
        hits.signal_group,
        hits.feature,
        hits.value,
        hits.points,
        hits.label
    from {{ rules }} as hits
    left join (select distinct valid_from, valid_to, 1 as is_there from {{ champions }}) as champions
        on {{ rule_in_force('champions', 'hits.as_of') }}
    where champions.is_there is null

    union all

    select
        lead_id,
        as_of,
        dimension,
        'model' as kind,
        rule_id,
        cast(null as string) as signal_group,
        feature,
        value,
        points,
        label
    from {{ model }}
)
{%- endmacro %}
