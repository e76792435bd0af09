{% set fewest_leads = 10 %}
{% set login_words = [
    'api', 'automation', 'bot', 'connector', 'import', 'integration', 'integración', 'integracion', 'intégration',
    'noreply', 'service account', 'sync', 'system', 'webhook', 'webform', 'zapier',
] %}

-- Who owns leads in the CRMs, what they did about any, and whether our rules give them leads. Somebody who owns many and
-- was never in touch with a lead nor owned an opportunity, or is called like a program, is probably no person who sells,
-- but the login of an integration; whoever is named in a pool by address is known to sell.

with takers as (
    select
        rep_id,
        {{ dbt.listagg("coalesce(pool, '(fallback)')", "', '", "order by coalesce(pool, '(fallback)')") }} as pools,
        max(case when is_named then 1 else 0 end) = 1 as is_named
    from {{ ref('int_routing__lead_takers') }}
    group by rep_id
),

owned as (
    select
        records.rep_id,
        count(distinct records.lead_id) as lead_count,
        count(distinct case when leads.is_open then records.lead_id end) as open_lead_count
    from {{ ref('dim_crm_records') }} as records
    inner join {{ ref('dim_leads') }} as leads on records.lead_id = leads.lead_id
    where records.rep_id is not null
    group by records.rep_id
),

touches as (
    select rep_id, count(*) as touch_count from {{ ref('fct_lead_touches') }} group by rep_id
),

opportunities as (
    select rep_id, count(*) as opportunity_count from {{ ref('fct_opportunities') }} group by rep_id
)

select
    reps.rep_id,
    reps.full_name,
    reps.email,
    reps.is_active,
    takers.rep_id is not null as takes_leads,
    takers.pools,
    reps.is_routed_from,
    coalesce(owned.lead_count, 0) as lead_count,
    coalesce(owned.open_lead_count, 0) as open_lead_count,
    coalesce(touches.touch_count, 0) as touch_count,
    coalesce(opportunities.opportunity_count, 0) as opportunity_count,
    reps.is_active
    and not reps.is_routed_from
    and not coalesce(takers.is_named, false)
    and coalesce(owned.lead_count, 0) >= {{ fewest_leads }}
    and (
        (touches.rep_id is null and opportunities.rep_id is null)
        {% for word in login_words %}
        or {{ words_of("coalesce(reps.full_name, '') || ' ' || coalesce(" ~ dbt.split_part('reps.email', "'@'", 1) ~ ", '')") }}
        like '% {{ word }} %'
        {% endfor %}
    ) as may_be_login
from {{ ref('int_identity__reps') }} as reps
left join takers on reps.rep_id = takers.rep_id
left join owned on reps.rep_id = owned.rep_id
left join touches on reps.rep_id = touches.rep_id
left join opportunities on reps.rep_id = opportunities.rep_id
