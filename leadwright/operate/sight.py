"""Whether a CRM shows the API user fewer records than were pulled of it: then he sees only a part by now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadwright import warehouse
from leadwright.connectors.base import Connector, Countable, Finding
from leadwright.connectors.errors import LeadwrightError
from leadwright.formatting import count
from leadwright.pull import drift, landing
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable

_FIX = (
    "Give the API user the permission back (sharing, teams, scopes); where records are gone for good, run once with "
    "LEADWRIGHT_SHRINK_AT_MOST=1."
)


def findings(connector: Connector, tables: Sequence[RawTable], settings: Settings) -> Iterator[Finding]:
    """One finding for each object of which far fewer records are shown, or one that there is none."""
    held = _held(connector, tables, settings)
    if not isinstance(connector, Countable) or not held:
        return
    shown = {name: connector.count(name, landing.EVERYTHING) for name in held}
    fewer = [
        (name, there, here)
        for name, here in held.items()
        if (there := shown[name]) is not None and drift.is_shrunk(here - there, here, settings)
    ]
    for name, there, here in fewer:
        said = f"{count(there)} {name} are shown, and {count(here)} were pulled"
        yield Finding(f"{connector.name} records", False, said, _FIX)
    if not fewer:
        yield Finding(f"{connector.name} records", True, "as many are shown as were pulled")


def _held(connector: Connector, tables: Sequence[RawTable], settings: Settings) -> dict[str, int]:
    """How many records of each object that can be counted were pulled; nothing where a run is under way."""
    if not settings.warehouse_file.exists():
        return {}
    found: dict[str, int] = {}
    try:
        with warehouse.writer(settings.warehouse_file, wait_seconds=1) as db:
            for table in tables:
                shape = connector.shape(table.name)
                if shape.deleted and shape.cursor and warehouse.columns(db, table.schema, table.name):
                    found[table.name] = landing.count(db, table, shape, landing.EVERYTHING)
    except LeadwrightError:  # which has its own finding
        return {}
    return found
