"""The use cases of lead qualification in plain Python: pull, transform, write back. Runs without Prefect."""
