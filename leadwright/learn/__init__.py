"""Learns from past outcomes which leads convert, as rows that SQL joins, and measures whether that may be believed.

What counts as an outcome, as a past moment and as enough is decided in dbt; here models are fitted and measured. Needs
the extra `learn`, so nothing imports a module of this package before `extras.require` has passed; `intervals` and
`leaks.words` need nothing.
"""
