-- A log of what CRM records said about their stage, for what a CRM shows only as it is now or overwrites: a
-- status without a history of the field, a date on the record (a stage entered again has a new date, a stage taken back
-- has none, a wrong date is corrected). A value that is new since the last run was set when the record last changed, or
-- before; of the first value seen nobody knows since when. A change while a run was between its pull and its build
-- is dated before that run, which saw the value of before: it comes after what that run saw all the same.

with shown as (
    select * from {{ ref('unified_stage_values') }}
),

stated as (
    select * from {{ ref('unified_stage_dates') }} where evidence_code = 'stage_date'
),

seen as (
    {% if is_incremental() %}
    select *
    from (
        select
            *,
            row_number() over (
                partition by record_key, field, is_stated, case when is_stated then value end
                order by first_seen_at desc, entered_at desc
            ) as place
        from {{ this }}
    ) as log
    {% else %}
    select
        record_key, field, value, entered_at, entered_at as first_seen_at, true as is_stated, 1 as place
    from stated
    where 1 = 0
    {% endif %}
)

select
    shown.record_key,
    shown.field,
    shown.value,
    false as is_stated,
    case
        when seen.record_key is not null
            then
                greatest(
                    least(shown.modified_at, {{ as_of() }}),
                    {{ dbt.dateadd('second', 1, 'coalesce(seen.entered_at, seen.first_seen_at)') }}
                )
    end as entered_at,
    {{ as_of() }} as first_seen_at
from shown
left join seen
    on shown.record_key = seen.record_key and shown.field = seen.field and not seen.is_stated and seen.place = 1
where seen.record_key is null or seen.value != shown.value

union all

select
    stated.record_key,
    stated.field,
    stated.value,
    true as is_stated,
    stated.entered_at,
    {{ as_of() }} as first_seen_at
from stated
left join seen
    on
        stated.record_key = seen.record_key
        and stated.field = seen.field
        and stated.value = seen.value
        and stated.entered_at = seen.entered_at
        and seen.is_stated
        and seen.place = 1
where seen.record_key is null
