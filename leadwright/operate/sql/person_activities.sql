-- What is told of nobody else: a meeting with others is theirs too.
insert into gone_keys
select activity_key from unified.unified_activity_people where record_key in (select key from gone_keys)
except
select activity_key from unified.unified_activity_people where record_key not in (select key from gone_keys)
