{% set figures = [
    ('missed_winners', "stands_for = 'worst' and is_sql", 'is_sql'),
    ('false_alarms', "stands_for = 'best' and not is_sql", "stands_for = 'best'"),
] %}

-- The figures of the score by the month in which leads were scored. Of a lead that is an SQL since nobody knows when there
-- is no month.

{% for kpi_id, part, whole in figures %}
select
    '{{ kpi_id }}' as kpi_id,
    {{ month_of('scored_at') }} as month,
    cast({{ counted(part) }} as double) as numerator,
    cast({{ counted(whole) }} as double) as denominator,
    {{ counted(whole) }} as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('int_scoring__outcomes') }}
group by {{ month_of('scored_at') }}

union all

{{ undated("'" ~ kpi_id ~ "'", counted('is_sql is null')) }}
from {{ ref('int_scoring__outcomes') }}
{{ "union all" if not loop.last }}
{% endfor %}
