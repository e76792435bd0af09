-- CRM fields that should hold numbers and hold something else, and those whose numbers read otherwise under the other
-- setting of number_format. An answer is a number where it says one, and where a rule compares it: `yes` is no fault.

with texts as (
    select crm, crm_object as object, field, text, record_count, true as is_number from {{ ref('unified_texts_of_numbers') }}
    union all
    select
        crm,
        crm_object as object,
        field,
        value as text,
        1 as record_count,
        {{ matches_pattern('value', "'[0-9]'") }} as is_number
    from {{ ref('unified_answers') }}
),

compared as (
    select distinct substring(feature, 8) as topic
    from {{ ref('score_rules') }}
    where substring(feature, 1, 7) = 'answer_' and operator in ('gte', 'lte', 'between')
    union
    select 'budget' as topic
),

numbers_meant as (
    select texts.*
    from texts
    left join {{ ref('unified_answer_fields') }} as answers
        on texts.crm = answers.crm and texts.object = answers.object and texts.field = answers.field
    left join compared on answers.topic = compared.topic
    left join {{ ref('placeholder_words') }} as placeholders on lower(texts.text) = placeholders.word
    where
        placeholders.word is null
        and texts.is_number
        and (answers.topic is null or compared.topic is not null)
),

numbers_read as (
    select
        *,
        {{ range_middle('text') }} is null as is_unread,
        {{ matches_pattern('text', "'(^|[^0-9.,])[1-9][0-9]?[0-9]?[.,][0-9][0-9][0-9]([^0-9.,]|$)'") }} as is_doubtful
    from numbers_meant
)

select
    crm,
    object,
    field,
    cast(sum(record_count) as bigint) as value_count,
    cast(sum(case when is_unread then record_count else 0 end) as bigint) as unread_count,
    cast(sum(case when is_doubtful and not is_unread then record_count else 0 end) as bigint) as doubtful_count,
    min(case when is_unread then text end) as unread_example,
    min(case when is_doubtful and not is_unread then text end) as doubtful_example
from numbers_read
group by crm, object, field
having {{ counted('is_unread or is_doubtful') }} > 0
