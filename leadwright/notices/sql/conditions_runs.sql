-- How the last run of each flow ended. A qualify that went well has done what ingest, transform and sync do, too. What a
-- person interrupted says nothing, and neither does what goes on with the next run.
with flows as (
    select distinct flow from ops.runs where flow != 'undo'
),

ended as (
    select
        flows.flow,
        runs.run_id,
        runs.started_at,
        runs.ended_at,
        runs.status,
        runs.reason,
        runs.failed_stage
    from flows
    inner join ops.runs as runs
        on
            flows.flow = runs.flow
            or (
                runs.flow = 'qualify'
                and flows.flow in ('ingest', 'transform', 'sync')
                and runs.status in ('completed', 'stopped', 'paused')
            )
    where
        runs.status not in ('running', 'put off')
        and runs.reason is distinct from 'KeyboardInterrupt'
        and runs.reason is distinct from 'SystemExit'
)

select *
from ended
qualify row_number() over (partition by flow order by started_at desc) = 1
order by flow
