{{ rows_of_all_systems('merges', ['kind', 'loser_key', 'winner_key']) }}
