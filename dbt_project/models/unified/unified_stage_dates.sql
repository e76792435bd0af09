{{ rows_of_all_systems('stage_dates', ['record_key', 'field', 'value', 'entered_at', 'evidence_code']) }}
