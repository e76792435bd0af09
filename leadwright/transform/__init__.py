"""Builds the dbt project on what was pulled, and publishes what dashboards read."""
