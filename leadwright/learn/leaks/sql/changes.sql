-- What each lead's traits and own fields said when a run first saw the lead, where a later run saw something else.
with texts as (
    select lead_id, version_number, seen_at, cast(columns(* exclude (lead_id, version_number, seen_at, traits_hash)) as varchar)
    from memory.log_lead_trait_versions
    where version_number > 0
),

traits as (
    select lead_id, version_number, seen_at, feature, value
    from texts
    unpivot include nulls (value for feature in (columns(* exclude (lead_id, version_number, seen_at))))
),

own as (
    select versions.lead_id, versions.version_number, versions.seen_at, versions.feature, versions.value
    from memory.log_own_value_versions as versions

    union all

    -- nothing stood in it when the lead was first seen
    select firsts.lead_id, 0, picked_from.watched_from, firsts.feature, null
    from (
        select lead_id, feature, min(seen_at) as seen_at from memory.log_own_value_versions group by lead_id, feature
    ) as firsts
    inner join (
        select lead_id, min(seen_at) as watched_from from memory.log_lead_trait_versions group by lead_id
    ) as picked_from on firsts.lead_id = picked_from.lead_id and firsts.seen_at > picked_from.watched_from
),

versions as (
    select *, lag(value) over each_version as value_before, row_number() over each_version as turn
    from (select * from traits union all select * from own)
    window each_version as (partition by lead_id, feature order by version_number)
)

select
    picked.place,
    wanted.code,
    lower(min(versions.value) filter (where versions.turn = 1)) as text_value,
    try_cast(min(versions.value) filter (where versions.turn = 1) as double) as number_value,
    cast(date_diff('second', min(versions.seen_at) filter (
        where versions.turn > 1 and versions.value is distinct from versions.value_before
    ), $as_of) as double) / 86400 as changed_days
from versions
inner join picked on versions.lead_id = picked.lead_id
inner join wanted on versions.feature = wanted.feature
group by picked.place, wanted.code
having count(*) filter (where versions.turn > 1 and versions.value is distinct from versions.value_before) > 0
order by wanted.code
