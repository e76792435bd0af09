-- Place 1 is the record that speaks for the lead among the live ones of its kind: unconverted first, then the oldest.

with decisions as (
    select
        *,
        row_number() over (partition by record_key order by decision_number desc) as place
    from {{ ref('log_identity_decisions') }}
),

records as (
    select
        decisions.record_key,
        decisions.crm,
        decisions.object,
        decisions.record_id,
        decisions.lead_id,
        people.email_key,
        people.is_opted_out,
        people.created_at,
        people.is_deleted or merged.loser_key is not null as is_deleted,
        merged.loser_key is not null as is_merged,
        people.is_converted
    from decisions
    inner join {{ ref('unified_people') }} as people on decisions.record_key = people.record_key
    left join {{ ref('unified_merges') }} as merged on decisions.record_key = merged.loser_key
    where decisions.place = 1
)

select
    records.*,
    precedence.place as precedence,
    row_number() over (
        partition by records.lead_id, records.crm, records.object, records.is_deleted
        order by
            case when records.is_converted then 1 else 0 end,
            records.created_at,
            {{ in_order_of_ids('records.record_id') }}
    ) as place
from records
left join {{ ref('unified_record_precedence') }} as precedence
    on precedence.kind = 'people' and records.crm = precedence.crm and records.object = precedence.object
