"""A home as an earlier version left it, and the script that made it."""
