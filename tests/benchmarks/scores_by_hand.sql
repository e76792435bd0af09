-- The scores of every lead now in one query, written for DuckDB by hand, from the people and events that the models
-- resolve. bench_dbt.py compares its time and its result with those of the scoring models.

with rules as (
    select
        rule_id, dimension, signal_group, feature, operator, points, half_life_days, value as pattern,
        list_transform(string_split(lower(value), '|'), lambda word: trim(word)) as words,
        try_cast(string_split(value, '|')[1] as decimal(18, 2)) as low,
        try_cast(string_split(value, '|')[2] as decimal(18, 2)) as high
    from seeds.score_rules
    where
        coalesce(valid_from, date '1900-01-01') <= cast($as_of as date)
        and coalesce(valid_to, date '9999-12-31') >= cast($as_of as date)
),

signals as (
    select lead_id, signal as feature, max(occurred_at) as last_at
    from intermediate.int_engagement__signals
    where occurred_at <= $as_of
    group by all
),

worked as (
    select signals.lead_id, signals.feature, min(touches.touched_at) as worked_at
    from signals
    inner join seeds.feature_catalogue as catalogue using (feature)
    inner join intermediate.int_engagement__touches as touches
        on signals.lead_id = touches.lead_id and touches.touched_at between signals.last_at and $as_of
    where catalogue.is_hand_raise
    group by all
),

people as (
    select leads.lead_id, accounts.account_id
    from intermediate.int_identity__people as leads
    left join intermediate.int_accounts__of_leads as accounts on leads.lead_id = accounts.lead_id and accounts.place = 1
    where leads.created_at <= $as_of
),

active as (
    select people.account_id, people.lead_id
    from people
    where exists (
        select 1 from intermediate.int_engagement__signals as engagements
        where
            engagements.lead_id = people.lead_id and engagements.signal != 'email_opened'
            and engagements.occurred_at <= $as_of
            and date_diff('day', cast(engagements.occurred_at as date), cast($as_of as date)) < 90
    )
),

colleagues as (
    select people.lead_id, count(*) as number_value
    from people
    inner join active on people.account_id = active.account_id and people.lead_id != active.lead_id
    group by all
),

texts as (
    unpivot (
        select
            lead_id, job_title, job_level, job_function, country, region, city, industry, lead_source,
            lead_source_detail, company_name, company_kind, email_domain, phone
        from intermediate.int_scoring__lead_traits
    ) on columns(* exclude lead_id) into name feature value text_value
),

flags as (
    unpivot (
        select lead_id, has_email, is_free_mail, is_role_address, is_opted_out, has_bounced, is_nonsense
        from intermediate.int_scoring__lead_traits
    ) on columns(* exclude lead_id) into name feature value flag
),

numbers as (
    unpivot (
        select lead_id, employee_count, visit_count, page_view_count, answered_count from intermediate.int_scoring__lead_traits
    ) on columns(* exclude lead_id) into name feature value number_value
),

stated as (
    unpivot (
        select lead_id, columns('answer_.*') from intermediate.int_scoring__lead_traits
    ) on columns(* exclude lead_id) into name feature value text_value
),

facts as (
    select lead_id, feature, lower(text_value) as text_value, null as number_value, null as decays_from from texts
    union all
    select lead_id, feature, 'true', 1, null from flags where flag
    union all
    select lead_id, feature, lower(text_value), try_cast(text_value as decimal(18, 2)), null from stated
    union all
    select lead_id, feature, null, number_value, null from numbers
    union all
    select lead_id, 'active_colleagues_count', null, number_value, null from colleagues
    union all
    select
        signals.lead_id, signals.feature, null, 1,
        case when catalogue.is_hand_raise then worked.worked_at when catalogue.decays then signals.last_at end
    from signals
    inner join seeds.feature_catalogue as catalogue using (feature)
    left join worked using (lead_id, feature)
),

hits as (
    select distinct
        facts.lead_id, rules.rule_id, rules.dimension, rules.signal_group,
        cast(
            case
                when rules.half_life_days is null or facts.decays_from is null then rules.points
                else round(
                    rules.points * power(
                        2,
                        -1.0 * greatest(date_diff('day', cast(facts.decays_from as date), cast($as_of as date)), 0)
                        / rules.half_life_days
                    ), 2
                )
            end as decimal(9, 2)
        ) as points
    from facts
    inner join rules using (feature)
    where case rules.operator
        when 'exists' then true
        when 'is_true' then facts.text_value = 'true'
        when 'equals' then facts.text_value = rules.words[1] or facts.number_value = rules.low
        when 'in' then list_contains(rules.words, facts.text_value)
        when 'contains_word' then len(list_filter(
            rules.words,
            lambda word: contains(
                ' ' || trim(regexp_replace(facts.text_value, '[^\p{L}\p{N}]+', ' ', 'g')) || ' ', ' ' || word || ' '
            )
        )) > 0
        when 'regex' then regexp_matches(facts.text_value, rules.pattern)
        when 'gte' then facts.number_value >= rules.low
        when 'lte' then facts.number_value <= rules.low
        when 'between' then facts.number_value between rules.low and rules.high
    end
),

groups as (
    select
        hits.lead_id, hits.dimension, hits.signal_group,
        greatest(least(sum(hits.points), max(caps.cap)), -max(caps.cap)) as points
    from hits
    inner join seeds.score_groups as caps using (dimension, signal_group)
    group by all
),

scores as (
    select
        people.lead_id, dimensions.dimension,
        greatest(
            least(round(coalesce(sum(groups.points), 0), 0), dimensions.max_points), dimensions.min_points
        ) as points
    from intermediate.int_identity__people as people
    cross join seeds.score_dimensions as dimensions
    left join groups using (lead_id, dimension)
    group by people.lead_id, dimensions.dimension, dimensions.min_points, dimensions.max_points
)

select
    lead_id,
    cast(sum(points) filter (dimension = 'fit') as integer) as fit_score,
    cast(sum(points) filter (dimension = 'intent') as integer) as intent_score
from scores
group by lead_id
