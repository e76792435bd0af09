{% set stage_dates = [] %}
{%- for stage in ['lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer'] -%}
{%- do stage_dates.extend(['hs_v2_date_entered_' ~ stage, 'hs_lifecyclestage_' ~ stage ~ '_date']) -%}
{%- endfor %}
{% set dates = {
    'hubspot': {
        'contacts': stage_dates + [
            'createdate', 'hubspot_owner_assigneddate', 'hs_analytics_last_visit_timestamp', 'first_conversion_date',
            'recent_conversion_date', 'hs_email_last_send_date', 'hs_email_last_open_date', 'hs_email_last_click_date',
            'hs_email_last_reply_date', 'hs_sales_email_last_replied',
        ],
        'companies': ['createdate'],
        'deals': ['createdate', 'closedate'],
        'emails': ['hs_createdate', 'hs_timestamp'],
        'calls': ['hs_createdate', 'hs_timestamp'],
        'meetings': ['hs_createdate', 'hs_meeting_start_time', 'hs_timestamp'],
        'tasks': ['hs_createdate', 'hs_timestamp', 'hs_task_completion_date'],
    },
    'salesforce': {
        'Lead': ['CreatedDate', 'ConvertedDate'],
        'Contact': ['CreatedDate'],
        'Account': ['CreatedDate'],
        'Opportunity': ['CreatedDate', 'CloseDate'],
        'OpportunityContactRole': ['CreatedDate'],
        'Task': ['CreatedDate', 'CompletedDateTime', 'ActivityDate'],
        'Event': ['CreatedDate', 'StartDateTime', 'EndDateTime'],
        'Campaign': ['StartDate', 'EndDate'],
        'CampaignMember': ['CreatedDate', 'FirstRespondedDate'],
    },
} %}
{% set ids = {'hubspot': 'hs_object_id', 'salesforce': 'Id'} %}

-- Dates that the CRMs show and nothing is counted with: before or after all that can be true, or no date at all.

with shown as (
    {% for crm, objects in dates.items() %}
    {% set outer_last = loop.last %}
    {% for object, fields in objects.items() %}
    {% set middle_last = loop.last %}
    {% for field in fields %}
    select
        '{{ crm }}' as crm,
        '{{ object }}' as object,
        '{{ field }}' as field,
        {{ ids[crm] }} as record_id,
        {{ moment_in_text(field) }} as moment_at
    from {{ source('raw_' ~ crm, object) }}
    where {{ as_text(field) }} is not null
    {{ "union all" if not (loop.last and middle_last and outer_last) }}
    {% endfor %}
    {% endfor %}
    {% endfor %}
),

judged as (
    select
        *,
        case
            when moment_at is null then 'unreadable'
            when moment_at < {{ earliest_plausible() }} then 'too_early'
            else 'too_late'
        end as problem
    from shown
    where moment_at is null or not ({{ is_plausible('moment_at') }})
)

select
    crm,
    object,
    field,
    problem,
    count(*) as record_count,
    min(record_id) as example_record_id
from judged
group by crm, object, field, problem
