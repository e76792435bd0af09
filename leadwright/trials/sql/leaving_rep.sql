select rep_id, full_name, email, is_active
from marts.dim_reps
where lower(email) = $who or lower(full_name) = $who
order by case when lower(email) = $who then 0 else 1 end, rep_id
