with people as (
    {{ rows_of_all_systems('people', [
        'record_key', 'object', 'crm_object', 'record_id', 'owner_id',
        'email', 'first_name', 'last_name', 'job_title', 'phone',
        'company_name', 'website', 'country', 'city', 'industry', 'employee_count', 'company_record_key', 'company_link',
        'source', 'source_detail', 'landing_page', 'visit_count', 'page_view_count',
        'is_opted_out', 'has_bounced', 'is_converted', 'converted_at', 'converted_to_key', 'is_made_by_conversion',
        'grade_override', 'grade_override_reason', 'grade_override_by',
        'created_at', 'modified_at', 'is_deleted',
    ]) }}
)

select
    people.*,
    {{ email_key('people.email') }} as email_key,
    {{ person_name('people.first_name') }} as given_name,
    {{ person_name('people.last_name') }} as family_name
from people
