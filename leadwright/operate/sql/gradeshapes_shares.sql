-- The share of open leads that each kind of grade has beyond the limits of grade_shape, with Wilson's interval of 95%. That
-- all have one grade is told by itself.
with kinds as (
    select
        stands_for,
        string_agg(grade, ', ' order by place) as grades,
        sum(open_lead_count) as lead_count,
        sum(sum(open_lead_count)) over () as all_count,
        max(sum(open_lead_count)) over () as largest_count
    from marts.rpt_grade_totals
    group by stands_for
),

shares as (
    select
        *,
        lead_count / all_count as share,
        3.8416 / all_count as z
    from kinds
    where all_count > 0
)

select
    shares.stands_for,
    shares.grades,
    shares.lead_count,
    shares.all_count,
    shares.share,
    shape.told_below,
    shape.told_above,
    shape.least_share,
    shape.most_share,
    (shares.share + z / 2 - sqrt(z * shares.share * (1 - shares.share) + z * z / 4)) / (1 + z) as lower_share,
    (shares.share + z / 2 + sqrt(z * shares.share * (1 - shares.share) + z * z / 4)) / (1 + z) as upper_share
from shares
inner join seeds.grade_shape as shape on shares.stands_for = shape.stands_for
where
    shares.largest_count < shares.all_count
    and (shares.share < shape.told_below or shares.share > shape.told_above)
order by shares.stands_for
