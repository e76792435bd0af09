-- The rules with their values taken apart: 'in' and 'contains_word' list alternatives with | between them, so they
-- have one row per alternative.

with rules as (
    select * from {{ ref('score_rules') }}
),

items as (
    select
        rules.rule_id,
        lower(trim({{ dbt.split_part('rules.value', "'|'", 'numbers.n') }})) as item
    from rules
    cross join {{ numbers_to(40) }} as numbers
    where rules.operator in ('in', 'contains_word')
)

select
    rules.*,
    coalesce(items.item, lower(trim(rules.value))) as item,
    {{ as_number(dbt.split_part('rules.value', "'|'", 1)) }} as low,
    {{ as_number(dbt.split_part('rules.value', "'|'", 2)) }} as high
from rules
left join items on rules.rule_id = items.rule_id and items.item != ''
where items.item is not null or rules.operator not in ('in', 'contains_word')
