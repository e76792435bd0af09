"""Finds features that say what became of a lead instead of what was known beforehand, and says by what it is seen."""
