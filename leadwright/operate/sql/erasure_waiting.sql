select
    crm || '.' || object as crm_object,
    count(*) as record_count
from intermediate.int_identity__erasures_due
group by crm_object
order by crm_object
