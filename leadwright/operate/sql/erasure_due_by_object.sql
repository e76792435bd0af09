select
    crm,
    object,
    count(*) as record_count,
    any_value(object_shown_count) as shown_count
from due
group by crm, object
order by crm, object
