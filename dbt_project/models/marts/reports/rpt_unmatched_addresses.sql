{% set files = [
    ('routing_pool', 'email_pattern'),
    ('routing_fallback', 'email_pattern'),
    ('routing_from', 'email'),
    ('rep_calendars', 'email_pattern'),
    ('rep_leaves', 'email'),
    ('rep_leaves', 'gives_to'),
] %}

-- Addresses in the routing files that name nobody: misspelt, or of somebody who left. Routing passes over such a row
-- without a word, and the lead goes to somebody else. The rows that ship name the demo's people.

with named as (
    {% for file, column in files %}
    select '{{ file }}' as rule_file, lower({{ column }}) as email_pattern
    from {{ ref(file) }}
    where {{ column }} != '*'
    {{ "union" if not loop.last }}
    {% endfor %}
),

matched as (
    select
        named.rule_file,
        named.email_pattern,
        count(reps.rep_id) as rep_count,
        {{ counted('reps.is_active') }} as active_count
    from named
    left join {{ ref('int_identity__reps') }} as reps on {{ address_place('named.email_pattern', 'reps.email') }} is not null
    group by named.rule_file, named.email_pattern
)

select
    rule_file,
    email_pattern,
    case when rep_count = 0 then 'unknown' else 'left' end as problem,
    email_pattern like '%@leadwright.example'
    and not exists (select 1 from {{ ref('int_identity__reps') }} where email like '%@leadwright.example') as is_demo
from matched
-- Who left keeps the leaves and hours that were, and takes no leads.
where rep_count = 0 or (active_count = 0 and rule_file in ('routing_pool', 'routing_fallback'))
