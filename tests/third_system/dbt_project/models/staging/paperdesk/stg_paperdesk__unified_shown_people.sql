select crm, {{ record_key('crm', 'people', 'id') }} as record_key
from {{ raw_rows('paperdesk', 'people') }}
