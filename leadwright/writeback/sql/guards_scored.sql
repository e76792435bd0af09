select 'leads' as subject, count(*) as scored_count from intermediate.int_writing__lead_values
union all
select 'accounts' as subject, count(*) as scored_count from intermediate.int_writing__account_values where is_scored
