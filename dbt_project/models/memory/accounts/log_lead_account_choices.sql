-- A log: the account that a lead belongs to, each time that a run saw another than the run before. A lead that is seen
-- for the first time gets the account that was known when it came, chosen without what became of it since; then the one
-- of today, from the link that led to it where a CRM dates one: what is won must not tell of the time before.

with today as (
    select people.lead_id, people.created_at, accounts.account_id, accounts.linked_at
    from {{ ref('int_identity__people') }} as people
    left join {{ ref('int_accounts__of_leads') }} as accounts on people.lead_id = accounts.lead_id and accounts.place = 1
),

at_first as (
    select lead_id, account_id
    from (
        select
            accounts.lead_id,
            accounts.account_id,
            row_number() over (
                partition by accounts.lead_id
                order by
                    case accounts.match_reason when 'crm_link' then 1 when 'email_domain' then 2 else 3 end,
                    accounts.account_created_at,
                    accounts.account_id
            ) as place
        from {{ ref('int_accounts__of_leads') }} as accounts
        inner join today on accounts.lead_id = today.lead_id and accounts.linked_at <= today.created_at
    ) as ranked
    where place = 1
),

latest as (
    {% if is_incremental() %}
    select choices.lead_id, choices.choice_number, choices.account_id
    from {{ this }} as choices
    inner join (
        select lead_id, max(choice_number) as choice_number from {{ this }} group by lead_id
    ) as newest
        on choices.lead_id = newest.lead_id and choices.choice_number = newest.choice_number
    {% else %}
    select lead_id, 0 as choice_number, account_id from today where 1 = 0
    {% endif %}
)

select
    today.lead_id,
    1 as choice_number,
    at_first.account_id,
    today.created_at as chosen_from
from today
left join at_first on today.lead_id = at_first.lead_id
left join latest on today.lead_id = latest.lead_id
where latest.lead_id is null

union all

select
    today.lead_id,
    coalesce(latest.choice_number, 1) + 1 as choice_number,
    today.account_id,
    case
        when latest.lead_id is null and today.linked_at > today.created_at and today.linked_at < {{ as_of() }}
            then today.linked_at
        else {{ as_of() }}
    end as chosen_from
from today
left join at_first on today.lead_id = at_first.lead_id
left join latest on today.lead_id = latest.lead_id
where
    coalesce(today.account_id, '')
    != coalesce(case when latest.lead_id is null then at_first.account_id else latest.account_id end, '')
