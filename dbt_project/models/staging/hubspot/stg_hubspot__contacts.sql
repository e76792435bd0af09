{{ config(materialized='table') }}

select
    crm,
    hs_object_id as contact_id,
    {{ as_stated('email') }} as email,
    {{ as_stated('firstname', 'person') }} as first_name,
    {{ as_stated('lastname', 'person') }} as last_name,
    {{ as_stated('jobtitle') }} as job_title,
    {{ as_phone('phone') }} as phone,

    {{ as_stated('company') }} as company_name,
    {{ as_stated('website') }} as website,
    {{ as_stated('country', 'country') }} as country,
    {{ as_stated('city') }} as city,
    {{ as_stated('industry') }} as industry,
    {{ as_text('numemployees') }} as employee_range,
    {{ as_text('associatedcompanyid') }} as company_id,

    {{ as_text('lifecyclestage') }} as lifecycle_stage,
    {{ as_text('hs_lead_status') }} as lead_status,
    coalesce(
        {{ as_timestamp('hs_v2_date_entered_marketingqualifiedlead') }},
        {{ as_timestamp('hs_lifecyclestage_marketingqualifiedlead_date') }}
    ) as mql_at,
    coalesce(
        {{ as_timestamp('hs_v2_date_entered_salesqualifiedlead') }},
        {{ as_timestamp('hs_lifecyclestage_salesqualifiedlead_date') }}
    ) as sql_at,
    coalesce(
        {{ as_timestamp('hs_v2_date_entered_opportunity') }},
        {{ as_timestamp('hs_lifecyclestage_opportunity_date') }}
    ) as opportunity_at,
    coalesce(
        {{ as_timestamp('hs_v2_date_entered_customer') }},
        {{ as_timestamp('hs_lifecyclestage_customer_date') }}
    ) as customer_at,
    {{ as_text('hubspot_owner_id') }} as owner_id,
    {{ as_timestamp('hubspot_owner_assigneddate') }} as owner_assigned_at,

    {{ as_text('hs_analytics_source') }} as traffic_source,
    {{ as_text('hs_analytics_source_data_1') }} as traffic_source_detail,
    {{ as_text('hs_analytics_first_url') }} as landing_page,
    {{ as_number('hs_analytics_num_visits') }} as visit_count,
    {{ as_number('hs_analytics_num_page_views') }} as page_view_count,
    {{ as_timestamp('hs_analytics_last_visit_timestamp') }} as last_visit_at,
    {{ as_text('hs_analytics_last_url') }} as last_page,
    {{ as_number('num_conversion_events') }} as form_count,
    {{ as_text('first_conversion_event_name') }} as first_form,
    {{ as_timestamp('first_conversion_date') }} as first_form_at,
    {{ as_text('recent_conversion_event_name') }} as last_form,
    {{ as_timestamp('recent_conversion_date') }} as last_form_at,
    {{ as_number('hs_email_delivered') }} as email_delivered_count,
    {{ as_timestamp('hs_email_last_send_date') }} as last_email_sent_at,
    {{ as_number('hs_email_open') }} as email_open_count,
    {{ as_timestamp('hs_email_last_open_date') }} as last_email_open_at,
    {{ as_number('hs_email_click') }} as email_click_count,
    {{ as_timestamp('hs_email_last_click_date') }} as last_email_click_at,
    {{ as_timestamp('hs_email_last_reply_date') }} as last_email_reply_at,
    {{ as_timestamp('hs_sales_email_last_replied') }} as last_sales_reply_at,

    {{ as_flag('hs_email_optout') }} as is_opted_out,
    coalesce({{ as_number('hs_email_bounce') }}, 0) > 0 as has_bounced,
    {{ as_text('hs_merged_object_ids') }} as merged_ids,

    {{ as_number('leadwright_score') }} as leadwright_score,
    {{ as_number('leadwright_fit_score') }} as leadwright_fit_score,
    {{ as_number('leadwright_intent_score') }} as leadwright_intent_score,
    {{ as_text('leadwright_grade') }} as leadwright_grade,
    {{ as_text('leadwright_play') }} as leadwright_play,
    {{ as_text('leadwright_reasons') }} as leadwright_reasons,
    {{ as_text('leadwright_segments') }} as leadwright_segments,
    {{ as_number('leadwright_account_score') }} as leadwright_account_score,
    {{ as_text('leadwright_account_grade') }} as leadwright_account_grade,
    {{ as_text('leadwright_owner') }} as leadwright_owner,
    {{ as_text('leadwright_owner_reason') }} as leadwright_owner_reason,
    {{ as_text('leadwright_next_action') }} as leadwright_next_action,
    {{ as_timestamp('leadwright_sla_due_at') }} as leadwright_sla_due_at,
    {{ as_text('leadwright_sla_status') }} as leadwright_sla_status,
    {{ as_text('leadwright_grade_override') }} as leadwright_grade_override,
    {{ as_text('leadwright_grade_override_reason') }} as leadwright_grade_override_reason,
    {{ as_text('leadwright_grade_override_by') }} as leadwright_grade_override_by,

    {{ as_timestamp('createdate') }} as created_at,
    {{ in_utc('lastmodifieddate') }} as modified_at,
    coalesce({{ as_flag('archived') }}, false) as is_deleted,
    {{ as_timestamp('archived_at') }} as deleted_at
from {{ raw_rows('hubspot', 'contacts') }}
