-- Domains of the addresses of owners, but for mail providers, and how many leads write from them.
with owners as (
    select
        lower(split_part(email, '@', 2)) as domain,
        count(*) as owners
    from intermediate.int_identity__reps
    where email like '%@%'
    group by domain
)

select
    owners.domain,
    owners.owners,
    known.kind as known_as,
    count(leads.lead_id) as leads
from owners
left join seeds.company_domains as known on owners.domain = known.domain
left join marts.dim_leads as leads on lower(split_part(leads.email, '@', 2)) = owners.domain
where owners.domain not in (select domain from seeds.free_mail_domains)
group by owners.domain, owners.owners, known.kind
order by owners.owners desc, owners.domain
