{# What joined people before it was known that the address is not one person's. #}
{% set withdrawn %}
(
    link_key in (select concat('email:', email_key) from {{ ref('int_identity__shared_addresses') }})
    or link_key like 'email:%|%'
    and {{ dbt.split_part('link_key', "'|'", 1) }} in (
        select concat('email:', email_key) from {{ ref('int_identity__shared_addresses') }} where reason = 'placeholder'
    )
)
{% endset %}

{{ grouped_decisions('lead', ref('unified_people'), ref('int_identity__links'), withdrawn) }}
