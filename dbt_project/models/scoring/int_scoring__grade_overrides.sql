-- The grade that a person set in a CRM instead of ours. The record that was changed last speaks.

with known_grades as (
    select lower(name) as name, min(grade) as grade from {{ ref('int_scoring__grade_names') }} group by lower(name)
),

overrides as (
    select
        identities.lead_id,
        identities.crm,
        known_grades.grade,
        records.grade_override_reason as reason,
        records.grade_override_by as set_by,
        row_number() over (
            partition by identities.lead_id order by records.modified_at desc, records.record_key
        ) as place
    from {{ ref('unified_people') }} as records
    inner join known_grades on lower(records.grade_override) = known_grades.name
    inner join {{ ref('int_identity__records') }} as identities on records.record_key = identities.record_key
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
