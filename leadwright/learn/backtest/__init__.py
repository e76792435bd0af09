"""What rules, model and a proposed change would have said at moments of the past, and what became of those leads."""
