-- Whose working time counts for a lead: that of its region, else of the calendar without one.

select people.lead_id, calendars.calendar, calendars.time_zone
from {{ ref('int_identity__people') }} as people
left join {{ ref('calendars') }} as regional on people.region = regional.region
inner join {{ ref('calendars') }} as calendars
    on
        regional.calendar = calendars.calendar
        or (regional.calendar is null and calendars.region is null)
