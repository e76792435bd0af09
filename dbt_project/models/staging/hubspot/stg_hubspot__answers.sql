{{ answer_rows('hubspot', 'contacts', 'hs_object_id', 'lastmodifieddate') }}
