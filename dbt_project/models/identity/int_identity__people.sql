{% set stated = [
    'email', 'first_name', 'last_name', 'job_title', 'phone', 'company_name', 'website', 'city', 'industry',
    'employee_count', 'visit_count', 'page_view_count', 'landing_page', 'company_record_key',
] %}

-- Survivorship: each value is that of the first record that states one, in the order of record_precedence. The source is
-- that of the oldest record, because later records are made from it; what two CRMs call by two names has one
-- (lead_sources). A lead has been there since its first record was, one that was merged away since included. Who opted out
-- with any record has opted out, also with one that was merged away: a CRM keeps one address's word, and the person is the
-- same.

with identities as (
    select * from {{ ref('int_identity__records') }}
),

members as (
    select
        identities.lead_id,
        identities.crm,
        identities.created_at,
        identities.is_converted,
        case when identities.place = 1 then identities.precedence end as speaking_place,
        said.*
    from identities
    inner join {{ ref('int_identity__person_values') }} as said on identities.record_key = said.record_key
    where not identities.is_deleted
),

arrivals as (
    select
        lead_id,
        min(created_at) as created_at,
        max(case when is_merged and is_opted_out then 1 else 0 end) = 1 as has_opted_out_before
    from identities
    where is_merged or not is_deleted
    group by lead_id
),

sources as (
    select
        lead_id,
        crm,
        lower(replace(source, ' ', '_')) as source,
        source_detail,
        row_number() over (partition by lead_id order by created_at, record_key) as place
    from members
    where source is not null
),

leads as (
    select
        lead_id,
        max(case when is_opted_out then 1 else 0 end) = 1 as is_opted_out,
        max(case when has_bounced then 1 else 0 end) = 1 as has_bounced,
        max(case when is_converted then 1 else 0 end) = 1 as is_converted,
        {% for column in stated %}
        {{ first_stated(column, 'speaking_place') }} as {{ column }},
        {% endfor %}
        {{ first_stated('country', 'speaking_place') }} as country_as_typed
    from members
    group by lead_id
),

keyed as (
    select
        leads.*,
        {{ email_key('leads.email') }} as email_key,
        nullif({{ dbt.split_part(email_key('leads.email'), "'@'", 2) }}, '') as email_domain
    from leads
)

select
    keyed.lead_id,
    arrivals.created_at,
    keyed.is_opted_out or arrivals.has_opted_out_before as is_opted_out,
    keyed.has_bounced,
    keyed.is_converted,
    {% for column in stated if column != 'company_record_key' %}
    keyed.{{ column }},
    {% endfor %}
    keyed.country_as_typed,
    coalesce(lead_sources.channel, sources.source) as lead_source,
    sources.source_detail as lead_source_detail,
    keyed.email_key,
    keyed.email_domain,
    coalesce(
        case when free_mail_domains.domain is null then keyed.email_domain end, keyed.company_record_key
    ) as company_key,
    nullif(trim(concat(coalesce(keyed.first_name, ''), ' ', coalesce(keyed.last_name, ''))), '') as full_name,
    coalesce(countries.country, keyed.country_as_typed) as country,
    countries.region
from keyed
inner join arrivals on keyed.lead_id = arrivals.lead_id
left join sources on keyed.lead_id = sources.lead_id and sources.place = 1
left join {{ ref('unified_lead_sources') }} as lead_sources
    on sources.crm = lead_sources.crm and sources.source = lead_sources.value
left join {{ ref('countries') }} as countries on lower(keyed.country_as_typed) = countries.spelling
left join {{ ref('free_mail_domains') }} as free_mail_domains on keyed.email_domain = free_mail_domains.domain
