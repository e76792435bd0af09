{# CTEs that share out `requests` (lead_id, lane, grade, lead_weight) among `members` (lane, rep_id, weight, capacity,
   open_load, charged_load), one of `grades` after the other: the last one, `shared`, has (lane, grade, rep_id,
   slot_count), how many leads of a grade each rep takes in a lane. Which lead goes to whom is decided later.

   Every rep offers numbered slots; the n-th slot costs what the rep would have been given after n leads, divided by the
   rep's weight. The cheapest slots are taken, as many as there are leads, which is what handing leads out one by one to
   whoever has had least would give, without a loop. A slot that would take a rep above capacity is not offered. Leads
   of one grade weigh the same, so that capacity is kept exactly; the grades are shared out one after the other, each on
   top of those before. Equal slots are ordered by a hash of rep, lane, slot and week, so that nobody wins every tie. A
   rep who serves several lanes at once is charged in each for his share of all leads, so that capacity holds over all
   of them. #}
{% macro ctes_sharing_out(grades) -%}
{% for grade in grades %}
{% set g = 'grade_' ~ loop.index %}
{{ g }}_queue as (
    select
        lane,
        max(lead_weight) over (partition by lane) as lead_weight,
        row_number() over (partition by lane order by lead_id) as place
    from requests
    where grade = {{ dbt.string_literal(dbt.escape_single_quotes(grade)) }}
),

{{ g }}_lanes as (
    select lane, cast(max(place) as double) as lead_count, cast(max(lead_weight) as double) as lead_weight
    from {{ g }}_queue
    group by lane
),

{{ g }}_reps as (
    select members.rep_id, sum({{ g }}_lanes.lead_count) as lead_count
    from members
    inner join {{ g }}_lanes on members.lane = {{ g }}_lanes.lane
    group by members.rep_id
),

{{ g }}_slots as (
    select
        members.lane,
        members.rep_id,
        row_number() over (
            partition by members.lane
            order by
                round(
                    (
                        members.charged_load
                        {% for before in range(1, loop.index) %}
                        + coalesce(grade_{{ before }}_given.load, 0)
                        {% endfor %}
                        + (queue.place - 0.5) * lanes.lead_weight * reps.lead_count / lanes.lead_count
                    ) / members.weight, 6
                ),
                {{ dbt.hash(
                    "members.rep_id || '/' || cast(queue.place as string) || '/' || members.lane || '/' || cast("
                    ~ dbt.date_trunc('week', as_of()) ~ " as string)"
                ) }}
        ) as place
    from members
    inner join {{ g }}_lanes as lanes on members.lane = lanes.lane
    inner join {{ g }}_reps as reps on members.rep_id = reps.rep_id
    inner join {{ g }}_queue as queue on members.lane = queue.lane
    {% for before in range(1, loop.index) %}
    left join grade_{{ before }}_given on members.rep_id = grade_{{ before }}_given.rep_id
    {% endfor %}
    where
        members.capacity is null
        or members.open_load
        {% for before in range(1, loop.index) %}
        + coalesce(grade_{{ before }}_given.load, 0)
        {% endfor %}
        + queue.place * lanes.lead_weight * reps.lead_count / lanes.lead_count <= members.capacity
),

{{ g }}_shared as (
    select slots.lane, slots.rep_id, count(*) as slot_count, max(lanes.lead_weight) as lead_weight
    from {{ g }}_slots as slots
    inner join {{ g }}_lanes as lanes on slots.lane = lanes.lane and slots.place <= lanes.lead_count
    group by slots.lane, slots.rep_id
),

{{ g }}_given as (
    select rep_id, sum(slot_count * lead_weight) as load from {{ g }}_shared group by rep_id
),

{% endfor %}
shared as (
    {% for grade in grades %}
    select lane, {{ dbt.string_literal(dbt.escape_single_quotes(grade)) }} as grade, rep_id, slot_count, lead_weight from grade_{{ loop.index }}_shared
    {{ "union all" if not loop.last }}
    {% endfor %}
)
{%- endmacro %}
