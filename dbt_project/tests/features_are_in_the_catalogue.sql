-- Features whose value is of another type than the catalogue says, or that stand twice for one lead and moment.

select
    features.feature,
    features.lead_id,
    features.as_of,
    count(*) as row_count
from {{ ref('int_scoring__features') }} as features
inner join {{ ref('feature_catalogue') }} as catalogue on features.feature = catalogue.feature
group by features.feature, features.lead_id, features.as_of
having
    count(*) > 1
    or max(
        case
            when catalogue.value_type in ('text', 'flag', 'answer') and features.text_value is null then 1
            when catalogue.value_type = 'text' and features.number_value is not null then 1
            when
                catalogue.value_type in ('number', 'count')
                and (features.text_value is not null or features.number_value is null)
                then 1
            else 0
        end
    ) = 1
