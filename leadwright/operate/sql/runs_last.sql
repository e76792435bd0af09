select *
from ops.runs
where flow is not null
qualify row_number() over (partition by flow = 'link' order by started_at desc) = 1
order by flow = 'link'
