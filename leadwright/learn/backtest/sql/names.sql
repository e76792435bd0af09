select lead_id, coalesce(full_name, email) as name
from marts.dim_leads
where list_contains($lead_ids, lead_id)
