select run_id
from ops.writes
where starts_with(run_id, $run)
group by run_id
order by min(sent_at) desc
