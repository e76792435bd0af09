select
    stands_for,
    sum(open_lead_count) / nullif(sum(sum(open_lead_count)) over (), 0) as share
from marts.rpt_grade_totals
group by stands_for
