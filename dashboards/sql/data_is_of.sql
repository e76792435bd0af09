-- A row where anybody may see the lead, or where it is of the rep who asks.
select 1 as is_of
where
    $owner is null
    or exists (
        select 1
        from marts.fct_lead_assignments as assignments
        inner join marts.dim_reps as reps on assignments.rep_id = reps.rep_id
        where assignments.lead_id = $lead and reps.email = $owner
    )
