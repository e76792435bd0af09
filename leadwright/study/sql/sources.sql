-- Sources with all their leads, and what became of those whose outcome is known.
select
    coalesce(leads.lead_source, '(none)') as source,
    count(*) as leads,
    count(moments.lead_id) as known,
    count(*) filter (where moments.is_converted) as converted
from marts.dim_leads as leads
left join study.moments as moments on leads.lead_id = moments.lead_id and moments.kind = 'who'
group by source
order by leads desc, source
