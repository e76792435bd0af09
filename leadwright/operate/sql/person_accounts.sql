insert into gone_accounts
select account_id from memory.log_account_decisions where record_key in (select key from gone_keys)
except
select account_id from memory.log_account_decisions where record_key not in (select key from gone_keys)
except
select account_id from intermediate.int_accounts__of_leads where lead_id not in (select lead_id from gone_leads)
