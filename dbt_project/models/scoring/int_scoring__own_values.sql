-- What the company's own fields say of a lead: the first record that states something, in the order of record_precedence; a
-- person's own record before its company's. A date is a day, a flag that is not set says nothing.

with stated as (
    select
        records.crm,
        records.record_key,
        fields.feature,
        case fields.type
            when 'number' then cast({{ stated_number('records.value') }} as string)
            when 'date' then cast(cast({{ moment_in_text('records.value') }} as date) as string)
            when 'flag' then {{ stated_flag('records.value') }}
            else records.value
        end as value
    from {{ ref('unified_own_values') }} as records
    inner join {{ ref('unified_own_fields') }} as fields
        on records.crm = fields.crm and records.crm_object = fields.object and records.field = fields.field
),

of_leads as (
    select identities.lead_id, 1 as nearness, identities.precedence, stated.*
    from stated
    inner join {{ ref('int_identity__records') }} as identities on stated.record_key = identities.record_key
    where not identities.is_deleted

    union all

    select lead_accounts.lead_id, 2 as nearness, members.place as precedence, stated.*
    from stated
    inner join {{ ref('int_accounts__members') }} as members on stated.record_key = members.record_key
    inner join {{ ref('int_accounts__of_leads') }} as lead_accounts
        on members.account_id = lead_accounts.account_id and lead_accounts.place = 1
    where not members.is_deleted
),

ranked as (
    select
        *,
        row_number() over (
            partition by lead_id, feature
            order by nearness, precedence, crm, {{ in_order_of_ids('record_key') }}
        ) as turn
    from of_leads
    where value is not null
)

select
    lead_id,
    feature,
    value,
    crm,
    record_key
from ranked
where turn = 1
