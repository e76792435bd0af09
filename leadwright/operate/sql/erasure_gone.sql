create temp table gone as
select candidates.* from due as candidates
where
    candidates.lead_id not in (
        select withheld.lead_id from due as withheld
        where list_contains($withheld, withheld.crm || '.' || withheld.object)
    )
