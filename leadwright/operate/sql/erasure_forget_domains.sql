delete from memory.log_account_decisions
where crm = 'leads' and record_key not in (select record_key from intermediate.int_accounts__records)
