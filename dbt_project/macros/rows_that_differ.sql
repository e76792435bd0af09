{# Final select of a sync model: the rows of `records` whose target differs from what the CRM shows (before__<field>).
   `subject` is the column that says what a record is about: lead_id or account_id. A null target never blanks a field. A
   value that was undone stays away, and so does nothing else of its record. A row that we wrote with the same values and
   that the CRM stored after the state we last pulled is left out: the next pull will show it. So is one in which points
   have done nothing but decay since the last write (`moved_at` is when something else last moved them), by fewer than
   writing_thresholds says.

   decaying: the fields with points that decay; explaining: the texts that name these points. #}
{% macro rows_that_differ(object, subject, fields, decaying, explaining) -%}
undone as (
    select
        crm,
        record_id,
        {% for field in fields %}
        max(case when field = '{{ field }}' then value end) as undone__{{ field }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref('int_writing__undone_values') }}
    where object = '{{ object }}'
    group by crm, record_id
),

targets as (
    select
        records.crm,
        records.record_id,
        records.{{ subject }},
        records.modified_at,
        records.moved_at,
        {% for field in fields %}
        case
            when cast(records.{{ field }} as string) = undone.undone__{{ field }} then records.before__{{ field }}
            else coalesce(records.{{ field }}, records.before__{{ field }})
        end as {{ field }},
        records.before__{{ field }}{{ "," if not loop.last }}
        {% endfor %}
    from records
    left join undone on records.crm = undone.crm and records.record_id = undone.record_id
),

hashed as (
    select
        *,
        {{ dbt.hash(
            "coalesce(cast(" ~ fields | join(" as string), '') || '|' || coalesce(cast(") ~ " as string), '')"
        ) }} as payload_hash
    from targets
),

written as (
    select crm, record_id, payload_hash, max({{ in_utc('crm_updated_at') }}) as written_at
    from {{ source('ops', 'writes') }}
    where object = '{{ object }}' and status = 'accepted'
    group by crm, record_id, payload_hash
),

last_writes as (
    select crm, record_id, max({{ in_utc('answered_at') }}) as answered_at
    from {{ source('ops', 'writes') }}
    where object = '{{ object }}' and status = 'accepted'
    group by crm, record_id
),

thresholds as (
    select value as decay_points from {{ ref('writing_thresholds') }} where setting = 'decay_points'
)

select
    hashed.crm,
    hashed.record_id,
    hashed.{{ subject }},
    hashed.payload_hash,
    hashed.modified_at as record_changed_at,
    {% for field in fields %}
    hashed.{{ field }},
    {% endfor %}
    {% for field in fields %}
    hashed.before__{{ field }}{{ "," if not loop.last }}
    {% endfor %}
from hashed
left join written
    on
        hashed.crm = written.crm
        and hashed.record_id = written.record_id
        and hashed.payload_hash = written.payload_hash
left join last_writes on hashed.crm = last_writes.crm and hashed.record_id = last_writes.record_id
left join thresholds on 1 = 1
where
    (written.written_at is null or written.written_at <= hashed.modified_at)
    and (
        {% for field in fields %}
        hashed.{{ field }} is distinct from hashed.before__{{ field }}{{ " or" if not loop.last }}
        {% endfor %}
    )
    and not (
        last_writes.answered_at is not null
        and (
            {% for field in decaying %}
            hashed.{{ field }} is distinct from hashed.before__{{ field }}{{ " or" if not loop.last }}
            {% endfor %}
        )
        and (hashed.moved_at is null or hashed.moved_at < last_writes.answered_at)
        {% for field in fields if field not in decaying + explaining %}
        and hashed.{{ field }} is not distinct from hashed.before__{{ field }}
        {% endfor %}
        {% for field in decaying %}
        and (
            hashed.{{ field }} is not distinct from hashed.before__{{ field }}
            or coalesce(
                hashed.{{ field }} < hashed.before__{{ field }}
                and hashed.before__{{ field }} - hashed.{{ field }} < coalesce(thresholds.decay_points, 0),
                false
            )
        )
        {% endfor %}
    )
{%- endmacro %}
