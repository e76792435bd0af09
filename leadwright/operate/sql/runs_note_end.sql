update ops.runs set
    ended_at = now(),
    status = $status,
    reason = $reason,
    failed_stage = $failed_stage,
    as_of = cast($as_of as timestamptz),
    pulled_count = $pulled_count,
    written_count = $written_count
where run_id = $run_id
