{# The version of each lead's traits that was the last one seen by the moment; before the first was seen, the one
   with the lowest number, with was_seen false. `moments` has lead_id and as_of. #}
{% macro versions_at(moments, columns) -%}
select
    lead_id,
    as_of,
    {% for column in columns %}
    {{ column }},
    {% endfor %}
    was_seen
from (
    select
        moments.lead_id,
        moments.as_of,
        {% for column in columns %}
        versions.{{ column }},
        {% endfor %}
        versions.seen_at <= moments.as_of as was_seen,
        row_number() over (
            partition by moments.lead_id, moments.as_of
            order by
                case when versions.seen_at <= moments.as_of then 0 else 1 end,
                case when versions.seen_at <= moments.as_of then -versions.version_number else versions.version_number end
        ) as place
    from {{ moments }} as moments
    inner join {{ ref('log_lead_trait_versions') }} as versions on moments.lead_id = versions.lead_id
) as versioned
where place = 1
{%- endmacro %}
