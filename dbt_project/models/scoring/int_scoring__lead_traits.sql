{% set accounts %}
(
    select lead_accounts.lead_id, accounts.domain
    from {{ ref('int_accounts__of_leads') }} as lead_accounts
    inner join {{ ref('int_accounts__companies') }} as accounts on lead_accounts.account_id = accounts.account_id
    where lead_accounts.place = 1
)
{% endset %}

-- Who the lead is: one row per lead.

{{ traits_of(ref('int_identity__people'), accounts) }}
