"""Pages for managers and reps: a thin door that shows the published marts and decides nothing about a lead."""
