{{ answer_rows('raw_hubspot', 'contacts', 'hs_object_id', 'lastmodifieddate') }}
