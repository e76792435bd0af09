{# The kind of company (see company_domains) that a domain stands for, its own or that of the domain it is a part of:
   uk.rival.example is rival.example's. `domains` has a column domain; one row per domain that has a kind. #}
{% macro kinds_of_domains(domains) -%}
select domain, kind
from (
    select
        domains.domain,
        companies.kind,
        row_number() over (partition by domains.domain order by length(companies.domain) desc, companies.kind) as place
    from (select distinct domain from {{ domains }} where domain is not null) as domains
    inner join {{ ref('company_domains') }} as companies
        on domains.domain = companies.domain or domains.domain like concat('%.', companies.domain)
) as ranked
where place = 1
{%- endmacro %}
