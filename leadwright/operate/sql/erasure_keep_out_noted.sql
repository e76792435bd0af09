update ops.erasures set is_kept_out = true
where record_hash in (select record_hash from noted where is_kept_out)
