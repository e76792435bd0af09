{% set cursors = {
    'hubspot': {
        'contacts': 'lastmodifieddate', 'companies': 'hs_lastmodifieddate', 'deals': 'hs_lastmodifieddate',
        'emails': 'hs_lastmodifieddate', 'calls': 'hs_lastmodifieddate', 'meetings': 'hs_lastmodifieddate',
        'tasks': 'hs_lastmodifieddate',
    },
    'salesforce': {
        'Lead': 'SystemModstamp', 'Contact': 'SystemModstamp', 'Account': 'SystemModstamp',
        'Opportunity': 'SystemModstamp', 'OpportunityContactRole': 'SystemModstamp', 'Task': 'SystemModstamp',
        'Event': 'SystemModstamp', 'User': 'SystemModstamp', 'Campaign': 'SystemModstamp',
        'CampaignMember': 'SystemModstamp', 'LeadHistory': 'CreatedDate', 'OpportunityHistory': 'CreatedDate',
    },
} %}
{% set deleted = {'hubspot': 'archived', 'salesforce': 'IsDeleted'} %}

-- How fresh the pulled records are. Late is what was not pulled for a day, whether or not a record has changed: a CRM
-- where nobody works over a week-end is quiet, and its figures are still true.

with objects as (
    {% for crm, objects in cursors.items() %}
    {% set outer_last = loop.last %}
    {% for object, cursor in objects.items() %}
    select
        '{{ crm }}' as crm,
        '{{ object }}' as object,
        {% if object == 'User' %}
        count(*) as record_count,
        cast(0 as bigint) as deleted_count,
        {% else %}
        {{ counted("coalesce(lower(" ~ deleted[crm] ~ "), 'false') != 'true'") }} as record_count,
        {{ counted("lower(" ~ deleted[crm] ~ ") = 'true'") }} as deleted_count,
        {% endif %}
        max(
            case when {{ is_plausible(in_utc(cursor)) }} then {{ in_utc(cursor) }} end
        ) as last_changed_at
    from {{ source('raw_' ~ crm, object) }}
    {{ "union all" if not (loop.last and outer_last) }}
    {% endfor %}
    {% endfor %}
)

select
    objects.crm,
    objects.object,
    objects.record_count,
    objects.deleted_count,
    objects.last_changed_at,
    {{ in_utc('pulls.pulled_at') }} as pulled_at,
    pulls.row_count as pulled_count,
    cast({{ seconds_between(in_utc('pulls.pulled_at'), as_of()) }} as double) / 3600 as age_hours,
    coalesce({{ seconds_between(in_utc('pulls.pulled_at'), as_of()) }} > 86400, true) as is_late
from objects
left join {{ source('ops', 'pulls') }} as pulls on objects.crm = pulls.crm and objects.object = pulls.object
where objects.record_count > 0 or objects.deleted_count > 0 or pulls.pulled_at is not null
