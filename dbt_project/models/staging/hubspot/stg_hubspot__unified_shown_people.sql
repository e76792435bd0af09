select crm, {{ record_key('crm', 'contacts', 'hs_object_id') }} as record_key
from {{ raw_rows('hubspot', 'contacts') }}
