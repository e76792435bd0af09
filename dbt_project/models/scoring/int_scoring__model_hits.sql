-- The rows of the champion that hold for a lead, with their points at the moment, where a champion makes the score. A label
-- names the range of a number and not the number, or every day's passing would be written to the CRM; and no value that
-- few leads share, because labels go into the log.

{% set asked %}
(
    select moments.lead_id, moments.as_of, champions.model_id
    from {{ ref('int_scoring__moments') }} as moments
    inner join (
        select distinct model_id, valid_from, valid_to from {{ ref('int_scoring__champions') }}
    ) as champions
        on {{ rule_in_force('champions', 'moments.as_of') }}
)
{% endset %}

with lines as (
    {{ model_lines(asked, ref('int_scoring__features')) }}
),

champions as (
    select distinct
        model_id, dimension, points_share, start_points
    from {{ ref('int_scoring__champions') }}
)

select
    lines.lead_id,
    lines.as_of,
    lines.model_id,
    lines.dimension,
    'model:' || lines.feature as rule_id,
    lines.feature,
    lines.value,
    lines.log_odds,
    cast(round(lines.points * champions.points_share, 2) as decimal(9, 2)) as points,
    upper(substr(lines.feature, 1, 1)) || replace(substr(lines.feature, 2), '_', ' ') || ': '
    || case
        when lines.kind = 'other' then 'another value'
        when lines.kind = 'missing' and catalogue.kind in ('signal', 'signal_window') then 'none'
        when lines.kind = 'missing' and catalogue.kind = 'recency' then 'never'
        when lines.kind = 'missing' then 'not known'
        when catalogue.value_type = 'flag' then case when lines.value = 'true' then 'yes' else 'no' end
        when lines.kind = 'range' then {{ range_in_words('lines.low', 'lines.high') }}
        else substr(lines.value, 1, 40)
    end as label
from lines
inner join champions on lines.model_id = champions.model_id and lines.dimension = champions.dimension
left join {{ ref('feature_catalogue') }} as catalogue on lines.feature = catalogue.feature

union all

select
    lines.lead_id,
    lines.as_of,
    lines.model_id,
    champions.dimension,
    'model:start' as rule_id,
    cast(null as string) as feature,
    cast(null as string) as value,
    cast(null as decimal(18, 6)) as log_odds,
    cast(champions.start_points as decimal(9, 2)) as points,
    'Where the model starts' as label
from lines
inner join champions on lines.model_id = champions.model_id
where lines.kind = 'intercept'
