insert into ops.runs (run_id, flow, started_at, status)
values ($run_id, $flow, cast($started_at as timestamptz), 'running')
