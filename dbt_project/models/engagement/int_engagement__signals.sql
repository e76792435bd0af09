-- What leads did. Where several records of a lead tell of one thing, as after a merge, it counts once, from when the first
-- of them told it, and under the record that was not merged away. Forms, pages and campaigns get their signal from the
-- patterns in the seed, first match wins; other kinds are signals themselves.

with events as (
    select
        identities.lead_id,
        events.kind,
        events.detail,
        events.occurred_at,
        events.source_id,
        min(events.learned_at) over (
            partition by identities.lead_id, events.kind, events.event_key
        ) as learned_at,
        row_number() over (
            partition by identities.lead_id, events.kind, events.event_key
            order by case when identities.is_merged then 1 else 0 end, events.record_key
        ) as place
    from {{ ref('int_engagement__events') }} as events
    inner join {{ ref('int_identity__records') }} as identities on events.record_key = identities.record_key
),

details as (
    select distinct kind, detail, {{ words_of("coalesce(detail, '')") }} as words from events
),

patterns as (
    select * from {{ ref('signal_patterns') }}
),

matches as (
    select
        details.kind,
        details.detail,
        patterns.signal,
        row_number() over (partition by details.kind, details.detail order by patterns.priority) as place
    from details
    inner join patterns
        on
            details.kind = patterns.kind
            and (
                patterns.word = '*'
                or {{ dbt.position("concat(' ', patterns.word, ' ')", 'details.words') }} > 0
            )
)

select
    {{ dbt.hash(dbt.concat(['events.source_id', "'/'", 'events.kind', "'/'", 'events.lead_id'])) }} as engagement_id,
    events.lead_id,
    coalesce(matches.signal, events.kind) as signal,
    events.detail,
    events.occurred_at,
    events.learned_at,
    events.source_id,
    events.kind
from events
left join matches
    on
        events.kind = matches.kind
        and coalesce(events.detail, '') = coalesce(matches.detail, '')
        and matches.place = 1
where events.place = 1
