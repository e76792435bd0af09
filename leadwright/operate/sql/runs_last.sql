select *
from ops.runs
where flow not in ('undo', 'reconcile')
qualify row_number() over (partition by flow = 'link' order by started_at desc) = 1
order by flow = 'link'
