"""Reads the history of a CRM and says what there is, what it tells of the outcome, and which rules would fit.

Everything is counted on a copy of the warehouse by the models that score; what is proposed are files that a person
accepts. Needs no extra: what a study fits is small.
"""
