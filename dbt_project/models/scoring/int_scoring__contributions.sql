-- The sum of a lead's score, line by line: of the rules that hold, or of the champion's rows where one makes the score.

{% set hits %}
(
    {%- for kind, relation in [('rule', ref('int_scoring__rule_hits')), ('model', ref('int_scoring__model_hits'))] %}
    select
        hits.lead_id,
        hits.as_of,
        hits.dimension,
        '{{ kind }}' as kind,
        hits.rule_id,
        {{ 'hits.signal_group' if kind == 'rule' else 'cast(null as string) as signal_group' }},
        hits.feature,
        hits.value,
        hits.points,
        hits.label
    from {{ relation }} as hits
    {%- if kind == 'rule' %}
    left join (
        select distinct valid_from, valid_to, 1 as found from {{ ref('int_scoring__champions') }}
    ) as champions
        on {{ rule_in_force('champions', 'hits.as_of') }}
    where champions.found is null
    union all
    {%- endif %}
    {%- endfor %}
)
{% endset %}

{{ score_lines(hits, ref('int_scoring__moments'), 'lead_id', ['fit', 'intent'], kind='kind') }}
