update {prefix}ops.writes set lead_id = null
where lead_id in (select lead_id from gone_leads)
