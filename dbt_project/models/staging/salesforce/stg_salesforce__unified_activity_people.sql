-- WhoId names a lead or a contact: the id of a lead begins with 00Q.

with activities as (
    select crm, {{ record_key('crm', 'tasks', 'task_id') }} as activity_key, who_id
    from {{ ref('stg_salesforce__tasks') }}
    union all
    select crm, {{ record_key('crm', 'events', 'event_id') }} as activity_key, who_id
    from {{ ref('stg_salesforce__events') }}
)

select
    crm,
    activity_key,
    case
        when who_id like '00Q%' then {{ record_key('crm', 'leads', 'who_id') }}
        else {{ record_key('crm', 'contacts', 'who_id') }}
    end as record_key
from activities
where who_id is not null
