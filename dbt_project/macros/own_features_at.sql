{# What the company's own fields said at each moment; `moments` has lead_id and as_of. #}
{% macro own_features_at(moments) -%}
with versions as (
    select
        moments.lead_id,
        moments.as_of,
        versions.feature,
        versions.value,
        versions.seen_at <= moments.as_of as was_seen,
        row_number() over (
            partition by moments.lead_id, moments.as_of, versions.feature
            order by
                case when versions.seen_at <= moments.as_of then 0 else 1 end,
                case when versions.seen_at <= moments.as_of then -versions.version_number else versions.version_number end
        ) as turn
    from {{ moments }} as moments
    inner join {{ ref('log_own_value_versions') }} as versions on moments.lead_id = versions.lead_id
),

types as (
    select distinct feature, type from {{ ref('own_fields') }}
)

select
    versions.lead_id,
    versions.as_of,
    versions.was_seen,
    versions.feature,
    case when types.type not in ('number', 'date') then versions.value end as text_value,
    cast(
        case types.type
            when 'number' then {{ as_number('versions.value') }}
            when 'flag' then 1
            when 'date' then {{ days_between('cast(versions.value as date)', 'versions.as_of') }}
        end as decimal(18, 2)
    ) as number_value
from versions
inner join types on versions.feature = types.feature
where versions.turn = 1 and versions.value is not null
{%- endmacro %}
