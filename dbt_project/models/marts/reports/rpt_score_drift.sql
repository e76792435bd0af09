{% set cuts = [
    ('grade', 'coalesce(names.grade, judged.grade)'),
    ('score', 'cast(cast(least(floor(judged.score / 10.0) * 10, 90) as integer) as string)'),
] %}

-- Whether leads score otherwise than they did: the population stability index of those of the last 14 days against those
-- of the 56 days before, each by its score at the age at which scores are judged. Half a lead is added to each band, so
-- that an empty one has a logarithm. From 0.25 on the index is taken for a shift, and below 0.1 for none; of few leads it
-- is large by chance, so it has to exceed what chance brings once in a thousand, too.

with judged as (
    select judgements.*, judgements.judged_at > {{ dbt.dateadd('day', -14, as_of()) }} as is_recent, kpis.thin_below
    from {{ ref('log_score_judgements') }} as judgements
    inner join {{ ref('kpis') }} as kpis
        on kpis.kpi_id = 'missed_winners' and judgements.judged_after_days = kpis.judged_after_days
    where judgements.judged_at > {{ dbt.dateadd('day', -70, as_of()) }} and judgements.judged_at <= {{ as_of() }}
),

bands as (
    {% for cut, value in cuts %}
    select
        '{{ cut }}' as cut,
        {{ value }} as cut_value,
        {{ counted('judged.is_recent') }} as recent_count,
        {{ counted('not judged.is_recent') }} as earlier_count,
        max(judged.thin_below) as thin_below
    from judged
    left join {{ ref('int_scoring__grade_names') }} as names on judged.grade = names.name
    group by {{ value }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

shares as (
    select
        *,
        count(*) over (partition by cut) as band_count,
        sum(recent_count) over (partition by cut) as all_recent,
        sum(earlier_count) over (partition by cut) as all_earlier,
        (recent_count + cast(0.5 as double))
        / (sum(recent_count) over (partition by cut) + cast(0.5 as double) * count(*) over (partition by cut)) as recent_share,
        (earlier_count + cast(0.5 as double))
        / (sum(earlier_count) over (partition by cut) + cast(0.5 as double) * count(*) over (partition by cut)) as earlier_share
    from bands
),

placed as (
    select
        *,
        row_number() over (partition by cut order by abs(recent_share - earlier_share) desc, cut_value) as place
    from shares
),

sums as (
    select
        cut,
        cast(max(all_recent) as bigint) as recent_count,
        cast(max(all_earlier) as bigint) as earlier_count,
        cast(max(band_count) as bigint) as band_count,
        sum((recent_share - earlier_share) * ln(recent_share / earlier_share)) as stability_index,
        least(max(all_recent), max(all_earlier)) < max(thin_below) as is_thin,
        max(case when place = 1 then cut_value end) as moved_band,
        max(case when place = 1 then earlier_share end) as moved_band_earlier_share,
        max(case when place = 1 then recent_share end) as moved_band_recent_share
    from placed
    group by cut
),

spreads as (
    select
        *,
        cast(1 as double) / nullif(recent_count, 0) + cast(1 as double) / nullif(earlier_count, 0) as spread,
        case when not is_thin and band_count > 1 then {{ chi_square_999('(band_count - 1)') }} end as chi_square
    from sums
),

limits as (
    select *, chi_square * spread as chance_limit from spreads
)

select
    {{ as_of() }} as as_of,
    cut,
    recent_count,
    earlier_count,
    band_count,
    stability_index,
    chance_limit,
    is_thin,
    moved_band,
    moved_band_earlier_share,
    moved_band_recent_share,
    case
        when is_thin then 'thin'
        when stability_index >= greatest(0.25, coalesce(chance_limit, 0)) then 'drifted'
        when stability_index < 0.1 or band_count = 1 then 'steady'
        else 'between'
    end as state,
    not is_thin and stability_index >= greatest(0.25, coalesce(chance_limit, 0)) as is_drifted
from limits
