create or replace temp table picked as
select
    examples.lead_id,
    examples.as_of,
    examples.month_at,
    examples.group_id,
    examples.is_converted,
    examples.is_drawn_in and examples.is_converted as is_left_out,
    cast(rules.score as double) as rule_score,
    rules.grade as rule_grade,
    row_number() over (
        order by examples.lead_id, examples.as_of
    ) - 1 as place
from intermediate.int_learning__examples as examples
left join intermediate.int_learning__rule_scores as rules
    on examples.lead_id = rules.lead_id and examples.as_of = rules.as_of
where
    examples.outcome_id = $outcome_id
    and examples.is_eligible
    and examples.is_matured
    and hash(examples.group_id) % 10000 < $share * 10000
