-- How leads moved between grades, by the run that saw it and why. After a change of the rules the rows with the cause
-- 'rule change' say who moved because of it.

select
    changed_at,
    grade_cause as cause,
    rule_set_hash,
    earlier_grade,
    grade,
    count(*) as lead_count
from {{ ref('fct_lead_score_history') }}
where earlier_grade is not null
group by changed_at, grade_cause, rule_set_hash, earlier_grade, grade
