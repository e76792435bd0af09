-- Dates that the CRMs show and nothing is counted with, by field and problem.

select
    crm,
    crm_object as object,
    field,
    problem,
    count(*) as record_count,
    min(record_id) as example_record_id
from {{ ref('unified_implausible_dates') }}
group by crm, crm_object, field, problem
