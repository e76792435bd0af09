-- Leads that the score was wrong about: look at the reasons, then at the rules.

select
    lead_id,
    case when is_sql then 'missed winner' else 'false alarm' end as kind,
    scored_at,
    score,
    grade,
    top_reasons,
    sql_at,
    is_won
from {{ ref('int_scoring__outcomes') }}
where (stands_for = 'worst' and is_sql) or (stands_for = 'best' and not is_sql)
