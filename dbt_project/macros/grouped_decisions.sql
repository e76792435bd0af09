{# The log of which group (a lead, an account) each record belongs to: a row is added when a record gets a group, or
   another one. Nothing is ever changed, so a group keeps its id and every merge can be read and taken back.

   records: record_key, crm, object, record_id, created_at
   links: record_key, link_key, reason, probability; records that share a link key are one group, and each record
   has its own key as a link key besides. Reasons sort by trust: crm, domain, email, linkage, name.

   Rules. A record that has joined a group stays, whether its link lasts or not; only a row in identity_splits takes
   it out. Of several groups that turn out to be one, the oldest lives on: the one that got its id first, of those of
   one run the one whose oldest record was created first. A record that is split off goes back to
   the group that it was merged away from, where it had one and nobody else is in it, else to a new one; it is then
   together only with those whose split names the same person. A chain longer than the rounds is closed by the next
   runs. #}
{% macro grouped_decisions(group, records, links, rounds=4) %}
{% set id = group ~ '_id' %}
with records as (
    select * from {{ records }}
),

splits as (
    select
        concat(splits.crm, ':', splits.object, ':', splits.record_id) as record_key,
        concat('split:', coalesce(splits.person, concat(splits.crm, ':', splits.object, ':', splits.record_id))) as split_key
    from {{ ref('identity_splits') }} as splits
),

log as (
    {% if is_incremental() %}
    select
        record_key, {{ id }} as group_id, previous_{{ id }} as previous_group_id, decision_number, method, decided_at,
        row_number() over (partition by record_key order by decision_number desc) as place
    from {{ this }}
    {% else %}
    select
        record_key, record_key as group_id, record_key as previous_group_id, 0 as decision_number, 'first' as method,
        created_at as decided_at, 1 as place
    from records
    where 1 = 0
    {% endif %}
),

-- Groups that one run gave are as old as their oldest record.
group_ages as (
    select
        log.group_id,
        min(log.decided_at) as born_at,
        coalesce(min(records.created_at), min(log.decided_at)) as oldest_record_at
    from log
    left join records on log.record_key = records.record_key
    group by log.group_id
),

decided as (
    select
        log.record_key,
        log.group_id,
        log.decision_number,
        case when log.method = 'merge' then log.previous_group_id when log.method = 'split' then log.group_id end as way_back,
        splits.record_key is not null as is_split
    from log
    left join splits on log.record_key = splits.record_key
    where log.place = 1
),

evidence as (
    select links.*
    from {{ links }} as links
    inner join records on links.record_key = records.record_key
    left join splits on links.record_key = splits.record_key
    where splits.record_key is null
),

ties as (
    select record_key, link_key from evidence
    union all
    select record_key, split_key as link_key from splits
    union all
    select record_key, concat('group:', group_id) as link_key from decided where not is_split
),

labels_0 as (
    select record_key, record_key as label from records
),

{% for n in range(1, rounds + 1) %}
link_labels_{{ n }} as (
    select ties.link_key, min(labels.label) as label
    from ties
    inner join labels_{{ n - 1 }} as labels on ties.record_key = labels.record_key
    group by ties.link_key
),

labels_{{ n }} as (
    select ties.record_key, min(link_labels.label) as label
    from ties
    inner join link_labels_{{ n }} as link_labels on ties.link_key = link_labels.link_key
    group by ties.record_key
),

{% endfor %}
survivors as (
    select label, group_id
    from (
        select
            labels.label,
            decided.group_id,
            row_number() over (
                partition by labels.label order by group_ages.born_at, group_ages.oldest_record_at, decided.group_id
            ) as place
        from labels_{{ rounds }} as labels
        inner join decided on labels.record_key = decided.record_key and not decided.is_split
        inner join group_ages on decided.group_id = group_ages.group_id
    ) as ranked
    where place = 1
),

-- A group can be returned to by one person only, and not while others are in it.
ways_back as (
    select label, min(group_id) as group_id
    from (
        select
            decided.way_back as group_id,
            labels.label,
            row_number() over (partition by decided.way_back order by labels.label) as place
        from decided
        inner join labels_{{ rounds }} as labels on decided.record_key = labels.record_key
        left join decided as others on decided.way_back = others.group_id and not others.is_split
        where decided.is_split and decided.way_back is not null and others.record_key is null
    ) as ranked
    where place = 1
    group by label
),

targets as (
    select
        records.record_key,
        records.crm,
        records.object,
        records.record_id,
        labels.label,
        case
            when splits.record_key is not null
                then coalesce(ways_back.group_id, {{ dbt.hash(dbt.concat(["'split:'", 'labels.label'])) }})
            else coalesce(survivors.group_id, {{ dbt.hash('labels.label') }})
        end as group_id,
        splits.record_key is not null as is_split
    from records
    inner join labels_{{ rounds }} as labels on records.record_key = labels.record_key
    left join survivors on labels.label = survivors.label
    left join ways_back on labels.label = ways_back.label
    left join splits on records.record_key = splits.record_key
),

shared_links as (
    select link_key, min(reason) as reason, max(probability) as probability
    from evidence
    group by link_key
    having count(*) > 1
),

causes as (
    select
        evidence.record_key,
        shared_links.link_key,
        shared_links.reason,
        shared_links.probability,
        row_number() over (
            partition by evidence.record_key
            order by shared_links.reason, shared_links.probability desc, shared_links.link_key
        ) as place
    from evidence
    inner join shared_links on evidence.link_key = shared_links.link_key
),

moves as (
    select
        targets.*,
        decided.group_id as previous_group_id,
        coalesce(decided.decision_number, 0) + 1 as decision_number,
        case
            when targets.is_split then 'split'
            when decided.group_id is not null then 'merge'
            when targets.label = targets.record_key then 'first'
            else 'link'
        end as method
    from targets
    left join decided on targets.record_key = decided.record_key
    where decided.group_id is null or decided.group_id != targets.group_id
)

select
    moves.record_key,
    moves.crm,
    moves.object,
    moves.record_id,
    moves.group_id as {{ id }},
    moves.previous_group_id as previous_{{ id }},
    moves.decision_number,
    moves.method,
    {{ as_of() }} as decided_at,
    case when moves.method in ('link', 'merge') then coalesce(causes.reason, 'together') end as reason,
    case when moves.method in ('link', 'merge') then causes.link_key end as link_key,
    case when moves.method in ('link', 'merge') then causes.probability end as probability
from moves
left join causes on moves.record_key = causes.record_key and causes.place = 1
{% endmacro %}
