select
    account_id,
    kind,
    rule_id,
    signal_group,
    feature,
    value,
    points,
    label
from {{ ref('int_scoring__account_contributions') }}
where as_of = {{ as_of() }}
