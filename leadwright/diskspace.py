"""Tells a full disk from other failures: each library says it in its own way, and none says which disk."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from leadwright.connectors.errors import FatalError, LeadwrightError

_SIGNS = (
    "No space left on device",
    "disk is full",
    "Disk quota exceeded",
    "File too large",
    "Could not write all bytes",
)
_NOTHING = 1_000_000  # bytes; SQLite's pages and a log line no longer fit, whoever hides it
_MEGABYTE = 1_000_000


def explained(error: BaseException, home: Path) -> FatalError | None:
    """The error to raise in place of `error` where a disk that `home` or temporary files are on is full; else None."""
    free = {place: _free(place) for place in (home, Path(tempfile.gettempdir()))}
    fullest = min(free, key=lambda place: free[place])
    said = any(sign in str(e) for e in _chain(error) for sign in _SIGNS)
    hidden = free[fullest] < _NOTHING and not isinstance(error, LeadwrightError)
    if not said and not hidden:
        return None
    return FatalError(
        f"There is no room left to write ({free[fullest] / _MEGABYTE:,.0f} MB are free at {fullest}; a quota or a "
        "limit on the size of files may be lower). What was published before stays as it is, and nothing is half "
        f"published. Make room for about twice the size of the warehouse in {home}, then run the same command again."
    )


def _free(place: Path) -> int:
    """Bytes that are free where `place` is or, where nothing can be made there, above it."""
    for folder in (place, *place.parents):
        with suppress(OSError):
            return shutil.disk_usage(folder).free
    return _NOTHING


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it."""
    waiting, seen = [error], set[int]()
    while waiting:
        found = waiting.pop()
        if id(found) not in seen:
            seen.add(id(found))
            yield found
            linked = (found.__cause__, found.__context__)
            waiting += [e for e in linked if isinstance(e, BaseException)]
