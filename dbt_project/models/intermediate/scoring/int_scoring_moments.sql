-- The pairs that features and scores are computed for: every lead now; at each past moment that the variable
-- `moments` names; and at the moments of its own that ops.moments holds. A lead is scored only for times it was there.

with people as (
    select lead_id, created_at from {{ ref('int_people') }}
),

past_moments as (
    {% for moment in var('moments') %}
    select lead_id, cast('{{ moment }}' as timestamp) as as_of
    from people
    union
    {% endfor %}
    select lead_id, {{ in_utc('as_of') }} as as_of
    from {{ source('ops', 'moments') }}
)

select lead_id, {{ as_of() }} as as_of, true as is_current
from people
union all
select people.lead_id, past_moments.as_of, false as is_current
from people
inner join past_moments on people.lead_id = past_moments.lead_id
where people.created_at <= past_moments.as_of and past_moments.as_of < {{ as_of() }}
