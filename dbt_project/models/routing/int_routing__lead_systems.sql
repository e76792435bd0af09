-- Which CRMs a lead is in, as one key: leads with the same key need reps with the same accounts.

select
    lead_id,
    {{ dbt.listagg('crm', "'/'", 'order by crm') }} as systems,
    count(*) as system_count
from (select distinct lead_id, crm from {{ ref('int_identity__member_records') }}) as records
group by lead_id
