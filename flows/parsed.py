"""The dbt project of this process; apart from the steps, so that it can be parsed before Prefect is imported."""

from __future__ import annotations

from functools import cache

from leadwright import settings
from leadwright.transform.project import Transform


@cache
def project() -> Transform:
    """The dbt project, parsed once per process, and with it the settings, read once."""
    return Transform(settings.load())
