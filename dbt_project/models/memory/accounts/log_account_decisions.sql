{# What joined companies before it was known that it is nobody's domain, or none at all: n/a, two addresses in one. #}
{% set withdrawn %}
(
    link_key like 'domain:%'
    and (
        coalesce({{ website_domain("substr(link_key, 8)") }}, '') != substr(link_key, 8)
        or substr(link_key, 8) in (
            select domain from {{ ref('free_mail_domains') }} union all select domain from {{ ref('shared_hosts') }}
        )
    )
)
{% endset %}

{{ grouped_decisions('account', ref('int_accounts__records'), ref('int_accounts__links'), withdrawn) }}
