"""Prefect flows: thin doors to the use cases, and the only importers of Prefect."""

from leadwright.settings import prepare_environment

prepare_environment()
