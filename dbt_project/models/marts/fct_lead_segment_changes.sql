{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false
) }}

-- A log: a row is added when a lead enters or leaves a segment.

with members as (
    select lead_id, segment_id from {{ ref('int_segment_members') }}
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
)

select
    coalesce(members.lead_id, latest.lead_id) as lead_id,
    coalesce(members.segment_id, latest.segment_id) as segment_id,
    coalesce(latest.change_number, 0) + 1 as change_number,
    members.lead_id is not null as is_member,
    {{ as_of() }} as changed_at
from members
full outer join latest on members.lead_id = latest.lead_id and members.segment_id = latest.segment_id
where coalesce(latest.is_member, false) != (members.lead_id is not null)
