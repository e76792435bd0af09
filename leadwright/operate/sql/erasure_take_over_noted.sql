insert into ops.erasures by name
select * from noted
where record_hash not in (select record_hash from ops.erasures)
