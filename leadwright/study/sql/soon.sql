-- Days within which three quarters of those who came to a stage had done so.
select cast(ceil(quantile_cont(date_diff('day', people.created_at, reached.reached_at), 0.75)) as integer) as days
from intermediate.int_learning__reached as reached
inner join intermediate.int_identity__people as people on reached.lead_id = people.lead_id
where reached.stage = $stage and reached.reached_at >= people.created_at and not coalesce(reached.is_drawn_in, false)
