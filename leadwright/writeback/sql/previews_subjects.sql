select lead_id as subject_id, grade, score::double as score from intermediate.int_writing__lead_values
union all
select account_id as subject_id, account_grade as grade, account_score::double as score
from intermediate.int_writing__account_values
