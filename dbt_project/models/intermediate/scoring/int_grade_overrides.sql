-- The grade that a person set in a CRM instead of ours. The record that was changed last speaks.

with records as (
    {% for crm, entities, key in [
        ('hubspot', 'contacts', 'contact_id'), ('salesforce', 'leads', 'lead_record_id'),
        ('salesforce', 'contacts', 'contact_id'),
    ] %}
    select
        {{ record_key(crm, entities, key) }} as record_key,
        leadwright_grade_override as grade,
        leadwright_grade_override_reason as reason,
        leadwright_grade_override_by as set_by,
        modified_at
    from {{ ref('stg_' ~ crm ~ '__' ~ entities) }}
    where leadwright_grade_override is not null
    {{ "union all" if not loop.last }}
    {% endfor %}
),

known_grades as (
    select distinct grade from {{ ref('grades') }}
),

overrides as (
    select
        identities.lead_id,
        identities.crm,
        known_grades.grade,
        records.reason,
        records.set_by,
        row_number() over (
            partition by identities.lead_id order by records.modified_at desc, records.record_key
        ) as place
    from records
    inner join known_grades on lower(records.grade) = lower(known_grades.grade)
    inner join {{ ref('int_identities') }} as identities on records.record_key = identities.record_key
    where not identities.is_deleted and not identities.is_converted
)

select
    lead_id,
    crm,
    grade,
    reason,
    set_by
from overrides
where place = 1
