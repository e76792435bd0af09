{# Who leads are: one row per lead.

   people: relation with the columns of int_identity__people that are read here; accounts: the domain of each lead's account, none
   where no account is known #}
{% macro traits_of(people, accounts=none) -%}
with people as (
    select * from {{ people }}
),

titles as (
    select distinct job_title, {{ words_of('job_title') }} as words from people where job_title is not null
),

title_matches as (
    select
        titles.job_title,
        patterns.kind,
        patterns.value,
        row_number() over (partition by titles.job_title, patterns.kind order by patterns.priority) as place
    from titles
    inner join {{ ref('job_titles') }} as patterns
        on {{ dbt.position("concat(' ', patterns.word, ' ')", 'titles.words') }} > 0
),

-- A whole answer that is a nonsense word, 'Test' but not 'Test Manager', or one that nobody typed on purpose.
answers as (
    {% for field, text in {
        'first_name': 'first_name', 'last_name': 'last_name', 'full_name': 'full_name', 'job_title': 'job_title',
        'company_name': 'company_name', 'mailbox': dbt.split_part('email_key', "'@'", 1), 'mail_domain': 'email_domain',
    }.items() %}
    select
        lead_id,
        '{{ field }}' as field,
        {{ 'true' if field in ('first_name', 'last_name') else 'false' }} as is_name,
        trim({{ words_of(text) }}) as words
    from people
    where {{ text }} is not null
    {{ "union all" if not loop.last }}
    {% endfor %}
),

nonsense as (
    select answers.lead_id
    from answers
    inner join {{ ref('nonsense_words') }} as patterns
        on
            answers.words = patterns.word
            and (
                answers.field = patterns.field
                or (patterns.field is null and answers.field not in ('mailbox', 'mail_domain'))
            )
    union
    select lead_id
    from answers
    where
        (is_name and ({{ is_mashed('words', true) }}))
        or (not is_name and field != 'mail_domain' and ({{ is_mashed('words', false) }}))
),

-- Where a lead is from: its address says so first, then its website, then its account.
domains as (
    select
        people.lead_id,
        people.email_domain,
        {{ website_domain('people.website') }} as website_domain,
        {{ 'accounts.domain' if accounts else 'cast(null as string)' }} as account_domain
    from people
    {% if accounts %}
    left join {{ accounts }} as accounts on people.lead_id = accounts.lead_id
    {% endif %}
),

known_kinds as (
    {{ kinds_of_domains(
        "(select email_domain as domain from domains union all select website_domain as domain from domains"
        ~ " union all select account_domain as domain from domains) as named"
    ) }}
),

company_kinds as (
    select
        domains.lead_id,
        coalesce(emails.kind, websites.kind, accounts.kind) as kind
    from domains
    left join known_kinds as emails on domains.email_domain = emails.domain
    left join known_kinds as websites on domains.website_domain = websites.domain
    left join known_kinds as accounts on domains.account_domain = accounts.domain
),

asked as (
    select distinct topic from {{ ref('question_sets') }} where is_asked
),

stated as (
    select
        answers.lead_id,
        {% for topic in answer_topics() %}
        max(case when answers.topic = '{{ topic }}' then answers.value end) as answer_{{ topic }},
        {% endfor %}
        count(asked.topic) as answered_count
    from {{ ref('int_scoring__answers') }} as answers
    left join asked on answers.topic = asked.topic
    group by answers.lead_id
)

select
    people.lead_id,
    people.job_title,
    levels.value as job_level,
    functions.value as job_function,
    people.country,
    people.region,
    people.city,
    people.industry,
    people.employee_count,
    people.lead_source,
    people.lead_source_detail,
    people.company_name,
    people.company_key,
    people.email_domain,
    people.phone,
    company_kinds.kind as company_kind,
    people.email_key is not null as has_email,
    free_mail.domain is not null as is_free_mail,
    role_addresses.local_part is not null as is_role_address,
    people.is_opted_out,
    people.has_bounced,
    nonsense.lead_id is not null as is_nonsense,
    people.visit_count,
    people.page_view_count,
    {% for topic in answer_topics() %}
    stated.answer_{{ topic }},
    {% endfor %}
    stated.answered_count
from people
left join {{ ref('free_mail_domains') }} as free_mail on people.email_domain = free_mail.domain
left join {{ ref('role_addresses') }} as role_addresses
    on {{ dbt.split_part('people.email_key', "'@'", 1) }} = role_addresses.local_part
left join company_kinds on people.lead_id = company_kinds.lead_id
left join title_matches as levels
    on people.job_title = levels.job_title and levels.kind = 'level' and levels.place = 1
left join title_matches as functions
    on people.job_title = functions.job_title and functions.kind = 'function' and functions.place = 1
left join nonsense on people.lead_id = nonsense.lead_id
left join stated on people.lead_id = stated.lead_id
{%- endmacro %}
