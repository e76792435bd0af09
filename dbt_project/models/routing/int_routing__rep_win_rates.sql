{% set levels, least_outcomes = ['rep', 'size', 'profile'], 10 %}

-- Won by closed opportunities of each rep, of the rep and size of company, of the rep and size, region and industry.
-- Each rate is shrunk toward that of the level above, the first toward that of everybody: (won + k * above) /
-- (closed + k). k is large where groups differ no more than chance explains: 1/g - 1, where g is the part of the
-- variance that lies between groups, by Kleinman's moments for proportions with unequal counts n of N in all:
-- g = (S - above * (1 - above) * (groups - 1) / N) / (above * (1 - above) * (1 - sum((n/N)^2) - (groups - 1) / N)),
-- where S = sum(n/N * (won/n - above)^2). Kept between 0.001 and 0.5, so that k is 999 at most and 1 at least.
-- Where fewer than ten were won or fewer than ten lost there is no rate: many teams enter only what they win, and then
-- everybody wins all.

with every_closed as (
    select rep_id, '' as rep_key, size_key, profile_key, cast(case when is_won then 1 else 0 end as double) as won
    from {{ ref('int_routing__won_and_lost') }}
),

counted as (
    select count(*) as closed_count, coalesce(sum(won), 0) as won_count from every_closed
),

everybody as (
    select
        closed_count,
        won_count,
        case
            when won_count >= {{ least_outcomes }} and closed_count - won_count >= {{ least_outcomes }}
                then won_count / closed_count
        end as rate
    from counted
),

closed as (
    select every_closed.*
    from every_closed
    inner join everybody on everybody.rate is not null
),

{% for level in levels %}
{% set above = levels[loop.index0 - 1] if loop.index0 else none %}
{{ level }}_counts as (
    select
        counts.rep_id,
        counts.profile,
        counts.closed_count,
        counts.won_count,
        {{ 'above.win_rate' if above else 'everybody.rate' }} as above_rate,
        everybody.rate,
        counts.closed_count / cast(everybody.closed_count as double) as part
    from (
        select
            rep_id,
            {{ level }}_key as profile,
            {% if above %}min({{ above }}_key) as above_profile,{% endif %}
            count(*) as closed_count,
            sum(won) as won_count
        from closed
        group by rep_id, {{ level }}_key
    ) as counts
    {% if above %}
    inner join {{ above }}_rates as above on counts.rep_id = above.rep_id and counts.above_profile = above.profile
    {% endif %}
    cross join everybody
),

{{ level }}_spread as (
    select
        least(0.5, greatest(0.001, coalesce(
            (
                sum(part * (won_count / closed_count - above_rate) * (won_count / closed_count - above_rate))
                - max(rate * (1 - rate)) * (count(*) - 1) / cast(sum(closed_count) as double)
            )
            / nullif(
                max(rate * (1 - rate)) * (1 - sum(part * part) - (count(*) - 1) / cast(sum(closed_count) as double)), 0
            ),
            0
        ))) as g
    from {{ level }}_counts
),

{{ level }}_rates as (
    select
        counts.rep_id,
        counts.profile,
        counts.closed_count,
        counts.won_count,
        (counts.won_count + (1 / spread.g - 1) * counts.above_rate) / (counts.closed_count + 1 / spread.g - 1) as win_rate
    from {{ level }}_counts as counts
    cross join {{ level }}_spread as spread
){{ "," if not loop.last }}
{% endfor %}

{% for level in levels %}
select
    rep_id,
    '{{ level }}' as level,
    profile,
    cast(closed_count as bigint) as closed_count,
    cast(won_count as bigint) as won_count,
    cast(round(win_rate, 4) as double) as win_rate
from {{ level }}_rates
union all
{% endfor %}
select
    cast(null as string) as rep_id,
    'everybody' as level,
    '' as profile,
    cast(closed_count as bigint) as closed_count,
    cast(won_count as bigint) as won_count,
    cast(round(rate, 4) as double) as win_rate
from everybody
