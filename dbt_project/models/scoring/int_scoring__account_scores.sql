-- Every account with a lead has a size, so that row stands for the account.

with accounts as (
    select account_id
    from {{ ref('int_scoring__account_features') }}
    where as_of = {{ as_of() }} and feature = 'company_people_count'
),

sums as (
    select
        account_id,
        sum(case when kind = 'rule' then points else 0 end) as raw_points,
        sum(case when kind != 'clamp' then points else 0 end) as rounded_points,
        sum(points) as points
    from {{ ref('int_scoring__account_contributions') }}
    where as_of = {{ as_of() }}
    group by account_id
),

banded as (
    select
        accounts.account_id,
        cast(coalesce(sums.raw_points, 0) as decimal(12, 2)) as account_raw,
        cast(coalesce(sums.rounded_points, 0) as integer) as account_rounded,
        cast(coalesce(sums.points, 0) as integer) as account_score,
        {{ score_band('coalesce(sums.points, 0)', 'dimensions') }} as account_band
    from accounts
    inner join {{ ref('score_dimensions') }} as dimensions on dimensions.dimension = 'account'
    left join sums on accounts.account_id = sums.account_id
)

select
    banded.account_id,
    banded.account_raw,
    banded.account_rounded,
    banded.account_score,
    banded.account_band,
    grades.grade as account_grade
from banded
left join {{ ref('account_grades') }} as grades on banded.account_band = grades.account_band
