-- A log: a row is added when a lead enters or leaves a segment. The rules are the cause where the segment's rows are
-- others than in the rule set before this run's; else an event or its ageing where the segment looks at what leads do.

with members as (
    select lead_id, segment_id from {{ ref('int_scoring__segment_members') }}
),

latest as (
    {% if is_incremental() %}
    select changes.lead_id, changes.segment_id, changes.change_number, changes.is_member
    from {{ this }} as changes
    inner join (
        select lead_id, segment_id, max(change_number) as change_number from {{ this }} group by lead_id, segment_id
    ) as newest
        on
            changes.lead_id = newest.lead_id
            and changes.segment_id = newest.segment_id
            and changes.change_number = newest.change_number
    {% else %}
    select lead_id, segment_id, 0 as change_number, false as is_member from members where 1 = 0
    {% endif %}
),

new_leads as (
    select lead_id from {{ ref('log_lead_score_history') }} where change_number = 1 and changed_at = {{ as_of() }}
),

newest_set as (
    select max(set_number) as set_number, max(live_from) as live_from from {{ ref('log_rule_sets') }}
),

changed_segments as (
    select rule_sets.row_key as segment_id
    from {{ ref('log_rule_sets') }} as rule_sets
    inner join newest_set
        on newest_set.set_number - rule_sets.set_number in (0, 1) and newest_set.live_from = {{ as_of() }}
    where rule_sets.kind = 'segment'
    group by rule_sets.row_key
    having count(*) = 1 or min(rule_sets.definition) != max(rule_sets.definition)
),

behavioural as (
    select distinct segments.segment_id
    from {{ ref('segments') }} as segments
    inner join {{ ref('feature_catalogue') }} as catalogue
        on segments.feature = catalogue.feature and catalogue.kind != 'trait'
)

select
    coalesce(members.lead_id, latest.lead_id) as lead_id,
    coalesce(members.segment_id, latest.segment_id) as segment_id,
    coalesce(latest.change_number, 0) + 1 as change_number,
    members.lead_id is not null as is_member,
    case
        when new_leads.lead_id is not null then 'first score'
        when changed_segments.segment_id is not null then 'rule change'
        when behavioural.segment_id is null then 'data fix'
        when members.lead_id is not null then 'event'
        else 'decay'
    end as cause,
    {{ as_of() }} as changed_at
from members
full outer join latest on members.lead_id = latest.lead_id and members.segment_id = latest.segment_id
left join new_leads on coalesce(members.lead_id, latest.lead_id) = new_leads.lead_id
left join changed_segments on coalesce(members.segment_id, latest.segment_id) = changed_segments.segment_id
left join behavioural on coalesce(members.segment_id, latest.segment_id) = behavioural.segment_id
where coalesce(latest.is_member, false) != (members.lead_id is not null)
