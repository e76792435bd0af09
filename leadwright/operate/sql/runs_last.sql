select *
from ops.runs
where flow in ('qualify', 'ingest', 'transform', 'sync', 'link')
qualify row_number() over (partition by flow = 'link' order by started_at desc) = 1
order by flow = 'link'
