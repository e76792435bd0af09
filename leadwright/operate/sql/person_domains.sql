-- The domain of an address is a record of a company, as long as anybody writes from it.
insert into gone_keys
with people as (
    select
        'leads:domains:' || split_part(email_key, '@', 2) as domain_key,
        record_key in (select record_key from gone) as is_gone
    from unified.unified_people
    where email_key is not null
)

select domain_key from people where is_gone
except
select domain_key from people where not is_gone
