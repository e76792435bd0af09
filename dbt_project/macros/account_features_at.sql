{# What happens at the accounts of leads by each moment; `moments` has lead_id, as_of and informed_at. #}
{% macro account_features_at(moments) -%}
{%- set engaged_days, surge_days, usual_days = 90, 14, 56 %}
with people as (
    select accounts.account_id, accounts.lead_id, accounts.known_from, accounts.known_until, leads.created_at
    from {{ ref('int_accounts__lead_versions') }} as accounts
    inner join {{ ref('int_identity__people') }} as leads on accounts.lead_id = leads.lead_id
    where accounts.account_id is not null
),

account_moments as (
    select people.account_id, moments.as_of, min(moments.informed_at) as informed_at
    from {{ moments }} as moments
    inner join people on moments.lead_id = people.lead_id and {{ known_at('people', 'moments.as_of') }}
    group by people.account_id, moments.as_of
),

members as (
    select account_moments.account_id, account_moments.as_of, account_moments.informed_at, people.lead_id
    from account_moments
    inner join people
        on
            account_moments.account_id = people.account_id
            and people.created_at <= account_moments.as_of
            and {{ known_at('people', 'account_moments.as_of') }}
),

events as (
    select
        members.account_id, members.as_of, members.lead_id,
        {{ days_between('engagements.occurred_at', 'members.as_of') }} as age_days
    from members
    inner join {{ ref('int_engagement__versions') }} as engagements
        on
            members.lead_id = engagements.lead_id
            and engagements.occurred_at <= members.as_of
            and {{ known_at('engagements', 'members.informed_at') }}
            and {{ days_between('engagements.occurred_at', 'members.as_of') }} < {{ engaged_days }}
    where engagements.signal != 'email_opened'
),

engaged as (
    select distinct account_id, lead_id, as_of from events
),

traits as (
    {{ versions_at('engaged', ['job_level', 'job_function']) }}
),

roles as (
    select
        engaged.account_id, engaged.as_of, roles.role, roles.is_wanted,
        row_number() over (
            partition by engaged.account_id, engaged.as_of, engaged.lead_id order by roles.priority
        ) as place
    from engaged
    inner join traits on engaged.lead_id = traits.lead_id and engaged.as_of = traits.as_of
    inner join {{ ref('buying_roles') }} as roles
        on
            coalesce(roles.job_level, traits.job_level, '') = coalesce(traits.job_level, '')
            and coalesce(roles.job_function, traits.job_function, '') = coalesce(traits.job_function, '')
),

seen as (
    select account_id, as_of, count(distinct role) as seen_count
    from roles
    where place = 1 and is_wanted
    group by account_id, as_of
),

wanted_roles as (
    select count(distinct role) as wanted_count from {{ ref('buying_roles') }} where is_wanted
),

activity as (
    select
        members.account_id, members.as_of,
        count(distinct members.lead_id) as people_count,
        count(distinct events.lead_id) as engaged_count,
        count(case when events.age_days < {{ surge_days }} then 1 end) as recent_count,
        count(case when events.age_days between {{ surge_days }} and {{ surge_days + usual_days - 1 }} then 1 end) as usual_count
    from members
    left join events
        on members.account_id = events.account_id and members.as_of = events.as_of and members.lead_id = events.lead_id
    group by members.account_id, members.as_of
),

wide as (
    select
        activity.account_id, activity.as_of,
        activity.people_count as company_people_count,
        activity.engaged_count as engaged_people_count,
        activity.recent_count as account_activity_last_14_days,
        -- one more on both sides: a first visit after silence is no surge
        cast(activity.recent_count + 1 as double)
        / (cast(activity.usual_count * {{ surge_days }} as double) / {{ usual_days }} + 1) as account_surge_ratio,
        coalesce(seen.seen_count, 0) as buying_roles_seen_count,
        wanted_roles.wanted_count - coalesce(seen.seen_count, 0) as buying_roles_missing_count,
        cast(100 * coalesce(seen.seen_count, 0) as double) / nullif(wanted_roles.wanted_count, 0) as buying_group_percent
    from activity
    cross join wanted_roles
    left join seen on activity.account_id = seen.account_id and activity.as_of = seen.as_of
)

{% for feature in [
    'company_people_count', 'engaged_people_count', 'account_activity_last_14_days', 'account_surge_ratio',
    'buying_roles_seen_count', 'buying_roles_missing_count', 'buying_group_percent',
] %}
select
    account_id, as_of,
    '{{ feature }}' as feature,
    cast(null as string) as text_value,
    cast({{ feature }} as decimal(18, 2)) as number_value,
    cast(null as timestamp) as decays_from
from wide
where {{ feature }} is not null
{{ "union all" if not loop.last }}
{% endfor %}
{%- endmacro %}
