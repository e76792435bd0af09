select
    date_trunc('month', people.created_at) as month_at,
    count(*) as lead_count
from intermediate.int_identity__people as people
where people.created_at is not null
group by month_at
order by month_at
