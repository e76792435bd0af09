with decisions as (
    select
        record_key,
        account_id,
        row_number() over (partition by record_key order by decision_number desc) as place
    from {{ ref('log_account_decisions') }}
)

select
    decisions.account_id,
    records.*,
    row_number() over (
        partition by decisions.account_id, records.crm, records.object, records.is_deleted
        order by records.created_at, {{ in_order_of_ids('records.record_id') }}
    ) as place
from {{ ref('int_accounts__records') }} as records
inner join decisions on records.record_key = decisions.record_key and decisions.place = 1
