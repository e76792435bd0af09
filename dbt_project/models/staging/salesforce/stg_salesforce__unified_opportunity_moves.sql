select
    history.crm,
    {{ record_key('history.crm', 'opportunity_history', 'history.opportunity_history_id') }} as move_key,
    history.crm || ':' || history.opportunity_id as opportunity_id,
    history.stage_name,
    names.stage as standard_stage,
    history.changed_at
from {{ ref('stg_salesforce__opportunity_history') }} as history
left join {{ ref('lead_stages') }} as names
    on names.crm = 'salesforce' and names.field = 'StageName' and history.stage_name = names.value
where not history.is_deleted
