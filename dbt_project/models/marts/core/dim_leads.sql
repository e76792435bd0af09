select
    people.lead_id,

    people.email,
    people.full_name,
    people.first_name,
    people.last_name,
    people.job_title,
    traits.job_level,
    traits.job_function,
    people.phone,
    people.company_name,
    people.company_key,
    people.country,
    people.region,
    people.city,
    people.industry,
    cast(people.employee_count as bigint) as employee_count,
    people.lead_source,
    people.lead_source_detail,
    people.landing_page,

    stages.lifecycle_stage,
    stages.stage_since,
    stages.stage_reason_code,
    stages.is_open,
    stages.is_closed,
    stages.is_mql,
    stages.is_sal,
    stages.is_sql,
    stages.is_opportunity,
    people.is_converted,
    stages.is_won,
    people.created_at,
    stages.mql_at,
    stages.sal_at,
    stages.sql_at,
    stages.opportunity_at,
    stages.won_at,
    cast({{ seconds_between('people.created_at', 'stages.won_at') }} as double) / 86400 as days_to_won,

    traits.is_free_mail,
    traits.is_role_address,
    traits.is_nonsense,
    people.is_opted_out,
    people.has_bounced,
    traits.company_kind,

    accounts.account_id,
    accounts.match_reason as account_match_reason
from {{ ref('int_identity__people') }} as people
inner join {{ ref('int_lifecycle__lead_stages') }} as stages on people.lead_id = stages.lead_id
inner join {{ ref('int_scoring__lead_traits') }} as traits on people.lead_id = traits.lead_id
left join {{ ref('int_accounts__of_leads') }} as accounts on people.lead_id = accounts.lead_id and accounts.place = 1
