-- The account of each lead, and from when until when it was that one. What was chosen first holds for the time before.

select
    lead_id,
    choice_number,
    account_id,
    case when choice_number > 1 then chosen_from end as known_from,
    lead(chosen_from) over (partition by lead_id order by choice_number) as known_until
from {{ ref('log_lead_account_choices') }}
