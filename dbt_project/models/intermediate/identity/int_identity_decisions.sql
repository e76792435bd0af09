{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false
) }}
{% set rounds = 4 %}

-- A log: a row is added when a record gets a lead, or another one. Nothing is ever changed, so a lead keeps its id
-- and every merge can be read and reversed. The label of a record spreads to all records that share a link with it;
-- a chain longer than the rounds here is closed by the next runs.

with records as (
    select * from {{ ref('int_person_records') }}
),

splits as (
    select concat(crm, ':', object, ':', record_id) as record_key
    from {{ ref('identity_splits') }}
),

decided as (
    {% if is_incremental() %}
    select decisions.record_key, decisions.lead_id, decisions.decision_number
    from {{ this }} as decisions
    inner join (
        select record_key, max(decision_number) as decision_number from {{ this }} group by record_key
    ) as latest
        on decisions.record_key = latest.record_key and decisions.decision_number = latest.decision_number
    {% else %}
    select record_key, record_key as lead_id, 0 as decision_number from records where 1 = 0
    {% endif %}
),

lead_ages as (
    {% if is_incremental() %}
    select lead_id, min(decided_at) as born_at from {{ this }} group by lead_id
    {% else %}
    select record_key as lead_id, created_at as born_at from records where 1 = 0
    {% endif %}
),

links as (
    select record_key, link_key from {{ ref('int_identity_links') }}
    union all
    select decided.record_key, concat('lead:', decided.lead_id) as link_key
    from decided
    left join splits on decided.record_key = splits.record_key
    where splits.record_key is null
),

labels_0 as (
    select record_key, record_key as label from records
),

{% for n in range(1, rounds + 1) %}
link_labels_{{ n }} as (
    select links.link_key, min(labels.label) as label
    from links
    inner join labels_{{ n - 1 }} as labels on links.record_key = labels.record_key
    group by links.link_key
),

labels_{{ n }} as (
    select links.record_key, min(link_labels.label) as label
    from links
    inner join link_labels_{{ n }} as link_labels on links.link_key = link_labels.link_key
    group by links.record_key
),

{% endfor %}
-- Of several leads that turn out to be one person, the oldest lives on.
survivors as (
    select label, lead_id
    from (
        select
            labels.label,
            decided.lead_id,
            row_number() over (
                partition by labels.label order by lead_ages.born_at, decided.lead_id
            ) as place
        from labels_{{ rounds }} as labels
        inner join decided on labels.record_key = decided.record_key
        inner join lead_ages on decided.lead_id = lead_ages.lead_id
        left join splits on labels.record_key = splits.record_key
        where splits.record_key is null
    ) as ranked
    where place = 1
),

targets as (
    select
        records.record_key,
        records.crm,
        records.object,
        records.record_id,
        labels.label,
        case
            when splits.record_key is not null then {{ dbt.hash(dbt.concat(["'split:'", 'records.record_key'])) }}
            else coalesce(survivors.lead_id, {{ dbt.hash('labels.label') }})
        end as lead_id,
        splits.record_key is not null as is_split
    from records
    inner join labels_{{ rounds }} as labels on records.record_key = labels.record_key
    left join survivors on labels.label = survivors.label
    left join splits on records.record_key = splits.record_key
)

select
    targets.record_key,
    targets.crm,
    targets.object,
    targets.record_id,
    targets.lead_id,
    decided.lead_id as previous_lead_id,
    coalesce(decided.decision_number, 0) + 1 as decision_number,
    case
        when targets.is_split then 'split'
        when decided.lead_id is not null then 'merge'
        when targets.label = targets.record_key then 'first'
        else 'link'
    end as method,
    {{ as_of() }} as decided_at
from targets
left join decided on targets.record_key = decided.record_key
where decided.lead_id is null or decided.lead_id != targets.lead_id
