"""What other rules would do: two sets of them side by side, each in a copy of the warehouse."""
