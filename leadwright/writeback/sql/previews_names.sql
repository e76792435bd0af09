select lead_id as subject_id, concat_ws(', ', full_name, company_name) as who
from marts.dim_leads
where lead_id in (select lead_id from planned)
union all
select account_id as subject_id, name as who
from marts.dim_accounts
where account_id in (select account_id from planned)
