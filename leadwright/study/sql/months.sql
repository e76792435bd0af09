-- Beginnings of months, the first with a lead to the last whose outcomes are known, with the leads created in each.
select
    date_trunc('month', people.created_at) as month_at,
    count(*) as lead_count
from intermediate.int_identity__people as people
where people.created_at is not null and people.created_at <= $last
group by month_at
order by month_at
