-- WhoId names a lead or a contact: the id of a lead begins with 00Q.

with activities as (
    select {{ record_key('salesforce', 'tasks', 'task_id') }} as activity_key, who_id
    from {{ ref('stg_salesforce__tasks') }}
    union all
    select {{ record_key('salesforce', 'events', 'event_id') }} as activity_key, who_id
    from {{ ref('stg_salesforce__events') }}
)

select
    activity_key,
    case
        when who_id like '00Q%' then {{ record_key('salesforce', 'leads', 'who_id') }}
        else {{ record_key('salesforce', 'contacts', 'who_id') }}
    end as record_key
from activities
where who_id is not null
