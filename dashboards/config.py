"""The settings of the process that serves the pages, read once and handed to each page view.

Streamlit runs `app.py` and a page's file anew for every view; a module that they import stays.
"""

from __future__ import annotations

from functools import cache

from leadwright import settings
from leadwright.settings import Settings


@cache
def current() -> Settings:
    """The settings as they were at the first page view. Raises ConfigError, each time, while one is wrong."""
    return settings.load()
