"""Tells people that something went wrong, and that it is over: once each. It runs without Prefect; flows send."""
