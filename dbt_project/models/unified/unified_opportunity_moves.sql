{{ rows_of_all_systems('opportunity_moves', [
    'move_key', 'opportunity_id', 'stage_name', 'standard_stage', 'changed_at',
]) }}
