{# The log of which group (a lead, an account) each record belongs to: a row is added when a record gets a group, or
   another one. Nothing is ever changed, so a group keeps its id and every merge can be read and taken back.

   records: record_key, crm, object, record_id, created_at
   links: record_key, link_key, reason, probability; records that share a link key are one group, and each record
   has its own key as a link key besides. Reasons sort by trust: crm, domain, email, linkage, name.

   withdrawn: a condition on the log's link_key, whether it is a link of a kind that says nothing, as became known later.

   Rules. A record that has joined a group stays, whether its link lasts or not. A row in identity_splits takes it out,
   and so does a link that was withdrawn: then the group falls into the parts that its other links hold together, those
   noted in the log included. The part with the oldest record keeps the id. Of several groups that turn out to be one, the oldest lives on: the one that got its id first, of those of
   one run the one whose oldest record was created first. What is split off goes back to
   the group that it was merged away from, where it had one and nobody else is in it, else to a new one; records of
   identity_splits are then together only with those whose split names the same person. A chain longer than the rounds is closed by the next
   runs. #}
{% macro grouped_decisions(group, records, links, withdrawn, rounds=4) %}
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
        record_key, {{ id }} as group_id, previous_{{ id }} as previous_group_id, decision_number, method, decided_at, link_key,
        row_number() over (partition by record_key order by decision_number desc) as place,
        max(case when method = 'split' then decision_number else 0 end) over (partition by record_key) as split_number
    from {{ this }}
    {% else %}
    select
        record_key, record_key as group_id, record_key as previous_group_id, 0 as decision_number, 'first' as method,
        created_at as decided_at, record_key as link_key, 1 as place, 0 as split_number
    from records
    where 1 = 0
    {% endif %}
),

-- What joined a record to others since it was last split off.
noted as (
    select record_key, link_key, {{ withdrawn }} as is_withdrawn
    from log
    where link_key is not null and decision_number > split_number
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

loose_groups as (
    select distinct decided.group_id
    from decided
    inner join noted on decided.record_key = noted.record_key and noted.is_withdrawn
    where not decided.is_split
),

loose as (
    select decided.record_key, decided.group_id, decided.way_back, records.created_at
    from decided
    inner join loose_groups on decided.group_id = loose_groups.group_id
    inner join records on decided.record_key = records.record_key
    where not decided.is_split
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
    select decided.record_key, concat('group:', decided.group_id) as link_key
    from decided
    left join loose on decided.record_key = loose.record_key
    where not decided.is_split and loose.record_key is null
    union all
    select noted.record_key, noted.link_key
    from noted
    inner join loose on noted.record_key = loose.record_key
    where not noted.is_withdrawn
    union all
    -- the link of a pair names both, and is in the log of the one that moved
    select loose.record_key, noted.link_key
    from noted
    inner join loose as movers on noted.record_key = movers.record_key
    inner join loose
        on
            movers.group_id = loose.group_id
            and (
                noted.link_key like concat('linkage:', loose.record_key, '|%')
                or noted.link_key like concat('linkage:%|', loose.record_key)
            )
),

-- In each round a record takes the least label that a link of its own has seen. Windows, not joins: an engine that plans
-- a CTE anew for each reader would else read all links twice as often with every round.
labels_0 as (
    select ties.record_key, ties.link_key, records.record_key as label
    from ties
    left join records on ties.record_key = records.record_key
),

{% for n in range(1, rounds + 1) %}
labels_{{ n }} as (
    select record_key, link_key, min(label) over (partition by record_key) as label
    from (
        select record_key, link_key, min(label) over (partition by link_key) as label from labels_{{ n - 1 }}
    ) as seen_by_links
),

{% endfor %}
labels as (
    select distinct record_key, label from labels_{{ rounds }} where label is not null
),

parted as (
    select record_key, group_id, way_back, created_at, label
    from (
        select
            loose.*,
            labels.label,
            first_value(labels.label) over (
                partition by loose.group_id
                order by
                    case when loose.created_at is null then 1 else 0 end,
                    loose.created_at,
                    {{ in_order_of_ids('loose.record_key') }}
            ) as heir_label
        from loose
        inner join labels on loose.record_key = labels.record_key
    ) as ranked
    where label != heir_label
),

survivors as (
    select label, group_id
    from (
        select
            labels.label,
            decided.group_id,
            row_number() over (
                partition by labels.label order by group_ages.born_at, group_ages.oldest_record_at, decided.group_id
            ) as place
        from labels
        inner join decided on labels.record_key = decided.record_key and not decided.is_split
        inner join group_ages on decided.group_id = group_ages.group_id
        left join parted on labels.record_key = parted.record_key
        where parted.record_key is null
    ) as ranked
    where place = 1
),

leavers as (
    select decided.record_key, decided.way_back, records.created_at
    from decided
    inner join records on decided.record_key = records.record_key
    where decided.is_split
    union all
    select record_key, way_back, created_at from parted
),

-- A group can be returned to by one person only, and not while others are in it.
ways_back as (
    select label, way_back as group_id
    from (
        select
            leavers.way_back,
            labels.label,
            row_number() over (
                partition by leavers.way_back order by leavers.created_at, {{ in_order_of_ids('leavers.record_key') }}
            ) as place_in_group,
            row_number() over (
                partition by labels.label order by group_ages.born_at, group_ages.oldest_record_at, leavers.way_back
            ) as place
        from leavers
        inner join labels on leavers.record_key = labels.record_key
        inner join group_ages on leavers.way_back = group_ages.group_id
        left join decided as others on leavers.way_back = others.group_id and not others.is_split
        where others.record_key is null
    ) as ranked
    where place_in_group = 1 and place = 1
),

parted_labels as (
    select label, min(group_id) as group_id from parted group by label
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
            when survivors.group_id is null and parted_labels.label is not null
                then coalesce(
                    ways_back.group_id,
                    {{ dbt.hash(dbt.concat(["'split:'", 'parted_labels.group_id', "':'", 'labels.label'])) }}
                )
            else coalesce(survivors.group_id, {{ dbt.hash('labels.label') }})
        end as group_id,
        splits.record_key is not null as is_split,
        splits.record_key is null and survivors.group_id is null and parted_labels.label is not null as is_parted
    from records
    inner join labels on records.record_key = labels.record_key
    left join survivors on labels.label = survivors.label
    left join ways_back on labels.label = ways_back.label
    left join parted_labels on labels.label = parted_labels.label
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
            when targets.is_split or (targets.is_parted and decided.group_id is not null) then 'split'
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
    case
        when moves.method in ('link', 'merge') then coalesce(causes.reason, 'together')
        when moves.is_parted and moves.method = 'split'
            then coalesce({{ dbt.split_part('withdrawn.link_key', "':'", 1) }}, 'together')
    end as reason,
    case
        when moves.method in ('link', 'merge') then causes.link_key
        when moves.is_parted and moves.method = 'split' then withdrawn.link_key
    end as link_key,
    case when moves.method in ('link', 'merge') then causes.probability end as probability
from moves
left join causes on moves.record_key = causes.record_key and causes.place = 1
left join (
    select record_key, min(link_key) as link_key from noted where is_withdrawn group by record_key
) as withdrawn on moves.record_key = withdrawn.record_key
{% endmacro %}
