{% set log = earlier_rows('log_response_promises') %}
{% set return_log = earlier_rows('log_return_promises') %}
{% set judged_log = earlier_rows('log_score_judgements') %}

-- The pairs that features and scores are computed for: every lead now; at each past moment that the variable
-- `moments` names; and at the moments of its own that ops.moments holds. A lead that has become ready for sales, or has
-- come back, is scored for that moment too, once: its grade then says how fast an answer is promised. So is each lead for
-- the age at which scores are judged. A lead is scored only for times it was there. What counts for a past moment is what
-- was known by then (`informed_at`); the promise is made by the run that notes it, which knows what it has just pulled,
-- and so is the score of now.

with people as (
    select lead_id, created_at from {{ ref('int_identity__people') }}
),

moments as (
    {% for moment in var('moments') %}
    select
        lead_id,
        cast('{{ moment }}' as timestamp) as as_of,
        cast('{{ moment }}' as timestamp) as informed_at
    from people
    union all
    {% endfor %}
    select lead_id, {{ in_utc('as_of') }} as as_of, {{ in_utc('as_of') }} as informed_at
    from {{ source('ops', 'moments') }}
    union all
    select ready.lead_id, ready.judged_at as as_of, {{ latest_plausible() }} as informed_at
    from {{ ref('int_lifecycle__ready_leads') }} as ready
    {% if log %}
    left join (select lead_id, max(promised_from) as promised_from from {{ log }} group by lead_id) as promised
        on ready.lead_id = promised.lead_id and ready.ready_at <= promised.promised_from
    where promised.lead_id is null
    {% endif %}
    union all
    select returns.lead_id, returns.returned_at as as_of, {{ latest_plausible() }} as informed_at
    from {{ ref('int_lifecycle__lead_returns') }} as returns
    {% if return_log %}
    left join (select lead_id, max(returned_at) as returned_at from {{ return_log }} group by lead_id) as promised
        on returns.lead_id = promised.lead_id
    where promised.lead_id is null or promised.returned_at < returns.returned_at
    {% endif %}
    union all
    select
        people.lead_id,
        {{ dbt.dateadd('day', 'kpis.judged_after_days', 'people.created_at') }} as as_of,
        {{ dbt.dateadd('day', 'kpis.judged_after_days', 'people.created_at') }} as informed_at
    from people
    inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = 'missed_winners'
    {% if judged_log %}
    left join {{ judged_log }} as judged
        on people.lead_id = judged.lead_id and kpis.judged_after_days = judged.judged_after_days
    where judged.lead_id is null
    {% endif %}
),

past_moments as (
    select lead_id, as_of, min(informed_at) as informed_at from moments group by lead_id, as_of
)

select lead_id, {{ as_of() }} as as_of, {{ latest_plausible() }} as informed_at, true as is_current
from people
union all
select people.lead_id, past_moments.as_of, past_moments.informed_at, false as is_current
from people
inner join past_moments on people.lead_id = past_moments.lead_id
where people.created_at <= past_moments.as_of and past_moments.as_of < {{ as_of() }}
