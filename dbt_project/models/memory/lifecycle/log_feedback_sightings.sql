-- A log of what people answered about leads, for a CRM shows an answer only as it is now. An answer that is new since the
-- last run was given when the record last changed, or before. A record that the log does not know had no answer at the
-- last run; only what the very first run reads may be of any age. An answer that is gone was taken back.

with shown as (
    select answers.record_key, answers.field, fields.says as question, trim(answers.value) as value, answers.modified_at
    from {{ ref('unified_answers') }} as answers
    inner join {{ ref('unified_rejection_fields') }} as fields
        on answers.crm = fields.crm and answers.crm_object = fields.object and answers.field = fields.field
    where fields.says in ('taken', 'score') and not {{ stands_for_nothing('answers.value') }}
),

seen as (
    {% if is_incremental() %}
    select *
    from (
        select *, row_number() over (partition by record_key, field order by first_seen_at desc) as place
        from {{ this }}
    ) as log
    where place = 1
    {% else %}
    select record_key, field, question, value, modified_at as entered_at, modified_at as first_seen_at
    from shown
    where 1 = 0
    {% endif %}
),

told as (
    select record_key, field, question, value, modified_at from shown

    union all

    select seen.record_key, seen.field, seen.question, '' as value, people.modified_at
    from seen
    inner join {{ ref('unified_people') }} as people on seen.record_key = people.record_key and not people.is_deleted
    left join shown on seen.record_key = shown.record_key and seen.field = shown.field
    where shown.record_key is null
)

select
    told.record_key,
    told.field,
    told.question,
    told.value,
    case
        when seen.record_key is not null
            then
                greatest(
                    least(told.modified_at, {{ as_of() }}),
                    {{ dbt.dateadd('second', 1, 'coalesce(seen.entered_at, seen.first_seen_at)') }}
                )
        when {{ is_incremental() }} then least(told.modified_at, {{ as_of() }})
    end as entered_at,
    {{ as_of() }} as first_seen_at
from told
left join seen on told.record_key = seen.record_key and told.field = seen.field
where seen.record_key is null or seen.value != told.value
