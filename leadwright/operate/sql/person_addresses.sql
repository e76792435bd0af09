select lower(trim(email)) as address from unified.unified_people
where record_key in (select record_key from gone) and email is not null
union
select email_key as address from unified.unified_people
where record_key in (select record_key from gone) and email_key is not null
