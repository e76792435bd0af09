with decisions as (
    select
        *,
        row_number() over (partition by record_key order by decision_number desc) as place
    from {{ ref('int_identity_decisions') }}
)

select
    decisions.record_key,
    decisions.crm,
    decisions.object,
    decisions.record_id,
    decisions.lead_id,
    records.email_key,
    records.created_at,
    records.is_deleted,
    records.is_merged,
    records.is_converted
from decisions
inner join {{ ref('int_person_records') }} as records on decisions.record_key = records.record_key
where decisions.place = 1
