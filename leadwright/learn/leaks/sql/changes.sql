-- What each lead's traits and own fields said when a run first saw the lead, where a later run saw something else.
with texts as (
    select
        lead_id,
        version_number,
        seen_at,
        cast(columns(* exclude (lead_id, version_number, seen_at, traits_hash)) as varchar)
    from memory.log_lead_trait_versions
    where version_number > 0
),

traits as (
    select lead_id, version_number, seen_at, feature, value
    from texts
    unpivot include nulls (value for feature in (columns(* exclude (lead_id, version_number, seen_at))))
),

sightings as (
    select lead_id, min(seen_at) as watched_from
    from memory.log_lead_trait_versions
    group by lead_id
),

firsts as (
    select lead_id, feature, min(seen_at) as seen_at
    from memory.log_own_value_versions
    group by lead_id, feature
),

every_version as (
    select lead_id, version_number, seen_at, feature, value from traits

    union all

    select lead_id, version_number, seen_at, feature, value from memory.log_own_value_versions

    union all

    -- nothing stood in it when the lead was first seen
    select firsts.lead_id, 0 as version_number, sightings.watched_from as seen_at, firsts.feature, null as value
    from firsts
    inner join sightings on firsts.lead_id = sightings.lead_id and firsts.seen_at > sightings.watched_from
),

versions as (
    select
        *,
        row_number() over (partition by lead_id, feature order by version_number) = 1 as is_first,
        coalesce(value, '') != coalesce(lag(value) over (partition by lead_id, feature order by version_number), '')
            as is_other
    from every_version
)

select
    picked.place,
    wanted.code,
    lower(min(versions.value) filter (where versions.is_first)) as text_value,
    try_cast(min(versions.value) filter (where versions.is_first) as double) as number_value,
    cast(date_diff('second', min(versions.seen_at) filter (
        where versions.is_other and not versions.is_first
    ), $as_of) as double) / 86400 as changed_days
from versions
inner join picked on versions.lead_id = picked.lead_id
inner join wanted on versions.feature = wanted.feature
group by picked.place, wanted.code
having count(*) filter (where versions.is_other and not versions.is_first) > 0
order by wanted.code
