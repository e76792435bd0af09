select sha256(coalesce(string_agg(line, '' order by line), '')) as plan_hash
from (
    select sha256(concat_ws('|', crm, object, record_id, after_values)) as line
    from {plan}
) as plan_lines
