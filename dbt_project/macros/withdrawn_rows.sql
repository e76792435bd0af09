{# Rows of a log: what the run before still took for true and the CRMs no longer say. A mail was deleted, a meeting that
   had been held was put off: it counts for the moments up to the run that saw it go. `known_from` is that of
   the row that went.

   earlier: the rows as the run before left them (see earlier_rows), none on the first run; current: those of now
   key: columns that name one thing; content: columns that say what is told of it; carried: texts to keep besides. #}
{% macro withdrawn_rows(earlier, current, key, content, carried) -%}
with current_rows as (
    select {{ (key + content) | join(', ') }} from {{ current }}
),

earlier_rows as (
    {% if earlier %}
    select {{ (key + content + carried) | join(', ') }}, known_from from {{ earlier }}
    {% else %}
    select
        {{ (key + content) | join(', ') }}
        {%- for column in carried %}, cast(null as string) as {{ column }}{% endfor %},
        cast(null as timestamp) as known_from
    from current_rows
    where 1 = 0
    {% endif %}
),

logged as (
    {% if is_incremental() %}
    select {{ (key + content) | join(', ') }} from {{ this }}
    {% else %}
    select {{ (key + content) | join(', ') }} from current_rows where 1 = 0
    {% endif %}
)

select
    {% for column in key + content + carried %}
    earlier_rows.{{ column }},
    {% endfor %}
    earlier_rows.known_from,
    {{ as_of() }} as known_until
from earlier_rows
left join current_rows on {{ same_cells('earlier_rows', 'current_rows', key, content) }}
-- a run that ended before it built its other models has noted them already
left join logged on {{ same_cells('earlier_rows', 'logged', key, content) }}
where
    current_rows.{{ key[0] }} is null
    and logged.{{ key[0] }} is null
{%- endmacro %}

{# Equal in columns that are never null and in those that may be. #}
{% macro same_cells(left, right, key, content) -%}
    {% for column in key -%}
    {{ left }}.{{ column }} = {{ right }}.{{ column }}{{ " and " if content or not loop.last }}
    {%- endfor %}
    {%- for column in content -%}
    {{ left }}.{{ column }} is not distinct from {{ right }}.{{ column }}{{ " and " if not loop.last }}
    {%- endfor %}
{%- endmacro %}
