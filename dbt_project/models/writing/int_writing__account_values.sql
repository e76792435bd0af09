-- What the CRMs should show about each account. An account without a lead has no score: only where a CRM still shows one
-- from before is it told so. What the roll-out keeps back is left as it is.

with reasons as (
    select
        account_id,
        {{ dbt.listagg('label', "'; '", 'order by points desc, rule_id') }} as account_reasons
    from {{ ref('int_scoring__account_contributions') }}
    where as_of = {{ as_of() }} and kind = 'rule'
    group by account_id
)

select
    accounts.account_id,
    scores.account_id is not null as is_scored,
    coalesce(scores.account_score, 0) as account_score,
    coalesce(scores.account_grade, 'none') as account_grade,
    coalesce(reasons.account_reasons, 'none') as account_reasons
from {{ ref('int_accounts__companies') }} as accounts
left join {{ ref('int_scoring__account_scores') }} as scores on accounts.account_id = scores.account_id
left join reasons on accounts.account_id = reasons.account_id
left join {{ ref('int_writing__accounts_kept_back') }} as kept_back on accounts.account_id = kept_back.account_id
where kept_back.account_id is null
