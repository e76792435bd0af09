-- Salesforce keeps only the day of a first response. A member added that day responded as it was added; for certain it
-- had responded when the day ended, or when the member last changed where that was earlier.

with members as (
    select
        *,
        {{ dbt.dateadd('second', 86399, 'responded_at') }} as responded_day_ends_at
    from {{ ref('stg_salesforce__campaign_members') }}
    where not is_deleted
)

select
    crm,
    {{ record_key('crm', 'campaign_members', 'campaign_member_id') }} as member_key,
    {{ record_key('crm', 'campaigns', 'campaign_id') }} as campaign_key,
    coalesce(
        {{ record_key('crm', 'contacts', 'contact_id') }},
        {{ record_key('crm', 'leads', 'lead_record_id') }}
    ) as record_key,
    created_at as joined_at,
    case
        when has_responded and responded_at > created_at then responded_at
        when has_responded then created_at
    end as responded_at,
    case
        when has_responded
            then greatest(
                created_at,
                least(
                    coalesce(responded_day_ends_at, created_at),
                    coalesce(modified_at, responded_day_ends_at, created_at)
                )
            )
    end as response_known_at
from members
