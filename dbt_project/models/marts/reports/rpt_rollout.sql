{% set groups = ['treated', 'control'] %}
{% set power_factor = (normal_975() + normal_80()) ** 2 %}

-- The treated group against the control group. Shares: the interval of Agresti and Caffo, a success and a failure added to
-- each group. Response times: Welch's interval of the logarithms, so that the effect is a ratio of geometric means. Revenue:
-- Welch's interval. The leads that it takes are those of a test of 5% with a power of 80%, shared out as the step shares
-- leads out. docs/rollout.md gives the sources.

with described as (
    select
        counted.*,
        steps.mode,
        steps.segment_id,
        coalesce(cast(steps.share as double), case when steps.mode = 'pilot' then 0.5 else 1 end) as treated_share,
        case counted.kind
            when 'share' then coalesce(cast(steps.smallest_difference as double), 0.05)
            when 'ratio' then ln(coalesce(cast(steps.smallest_ratio as double), 1.25))
            else cast(steps.smallest_amount as double)
        end as smallest,
        {% for group in groups %}
        (counted.{{ group }}_sum + 1) / (counted.{{ group }}_count + 2) as {{ group }}_adjusted,
        counted.{{ group }}_variance / nullif(counted.{{ group }}_count, 0) as {{ group }}_error,
        {% endfor %}
        counted.treated_count >= 5 and counted.control_count >= 5 as is_enough
    from {{ ref('rpt_rollout_groups') }} as counted
    inner join {{ ref('rollout') }} as steps on counted.rollout_id = steps.rollout_id
),

compared as (
    select
        *,
        treated_mean - control_mean as difference,
        case
            when kind != 'share' then treated_mean - control_mean
            when treated_count > 0 and control_count > 0 then treated_adjusted - control_adjusted
        end as centre,
        case
            when kind = 'share'
                then
                    {{ normal_975() }} * sqrt(
                        treated_adjusted * (1 - treated_adjusted) / (treated_count + 2)
                        + control_adjusted * (1 - control_adjusted) / (control_count + 2)
                    )
            when is_enough and treated_error + control_error > 0
                then
                    {{ student_t_975(
                        'power(treated_error + control_error, 2) / (power(treated_error, 2) / (treated_count - 1)'
                        ~ ' + power(control_error, 2) / (control_count - 1))'
                    ) }} * sqrt(treated_error + control_error)
        end as half_width,
        -- The share of the treated group, were it as far from that of the control group as is worth finding.
        case
            when control_adjusted + smallest < 1 then control_adjusted + smallest else control_adjusted - smallest
        end as share_to_find,
        treated_share / nullif(1 - treated_share, 0) as treated_per_control
    from described
),

sized as (
    select
        *,
        {{ power_factor }} / power(smallest, 2) * case
            when kind = 'share'
                then
                    control_adjusted * (1 - control_adjusted)
                    + share_to_find * (1 - share_to_find) / treated_per_control
            when is_enough and treated_error + control_error > 0
                then control_variance + treated_variance / treated_per_control
        end as control_needed
    from compared
)

select
    rollout_id,
    mode,
    segment_id,
    began_at,
    until_at,
    measure,
    place,
    kind,
    treated_count,
    control_count,
    case when kind = 'ratio' then exp(treated_mean) else treated_mean end as treated_value,
    case when kind = 'ratio' then exp(control_mean) else control_mean end as control_value,
    case when kind = 'ratio' then exp(difference) else difference end as effect,
    case when kind = 'ratio' then exp(centre - half_width) else centre - half_width end as effect_low,
    case when kind = 'ratio' then exp(centre + half_width) else centre + half_width end as effect_high,
    coalesce(abs(centre) > half_width, false) as is_different,
    case
        when control_needed is not null
            then cast(greatest(ceil(control_needed * treated_per_control) - treated_count, 0) as bigint)
    end as treated_missing_count,
    case when control_needed is not null then cast(greatest(ceil(control_needed) - control_count, 0) as bigint) end
        as control_missing_count,
    cast(case when kind = 'amount' then treated_count * difference end as decimal(18, 2)) as lift_amount,
    cast(case when kind = 'amount' then treated_count * (centre - half_width) end as decimal(18, 2)) as lift_low_amount,
    cast(case when kind = 'amount' then treated_count * (centre + half_width) end as decimal(18, 2)) as lift_high_amount
from sized
