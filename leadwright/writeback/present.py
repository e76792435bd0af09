"""What the CRMs show at this moment, read from them and not from what was pulled, and who changed it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from leadwright.connectors.base import Connector, NamesAuthors, ReadsBack, Value
from leadwright.connectors.errors import ConfigError
from leadwright.transform.tables import SyncModel

_READ = 2_000
"""Records that are read at once: one call of Salesforce, twenty of HubSpot."""

Shown = Mapping[str, Any]
"""What one record shows: field -> text, and the date of its last change."""


def read(
    connector: Connector, object_name: str, fields: Sequence[str], ids: Sequence[str]
) -> dict[str, Shown]:
    """What records show in `fields`, by record id; those that are gone are missing.

    Raises:
        ConfigError: the connector cannot show records by their ids.
    """
    if not isinstance(connector, ReadsBack):
        raise ConfigError(
            f"The connector of {connector.name} cannot show records by their ids (connectors.base.ReadsBack): nobody "
            "can tell what stands there now."
        )
    shape = connector.shape(object_name)
    deleted = shape.deleted or ""
    wanted = [*fields, *([deleted] if deleted and deleted not in shape.always else [])]
    found: dict[str, Shown] = {}
    for start in range(0, len(ids), _READ):
        for piece in connector.read_back(object_name, wanted, ids[start : start + _READ]):
            found |= {row[shape.key[0]]: row for row in piece.rows.to_pylist() if row.get(deleted) != "true"}
    return found


def changed_at(shown: Shown) -> datetime | None:
    """When a record that was read was last changed."""
    return next((value for value in shown.values() if isinstance(value, datetime)), None)


def authors(
    connector: Connector, object_name: str, changed: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], str]:
    """Who changed fields of records, pairs of record id and field, where the CRM says so."""
    if not changed or not isinstance(connector, NamesAuthors):
        return {}
    ids, fields = ({pair[place] for pair in changed} for place in (0, 1))
    return connector.authors(object_name, sorted(fields), sorted(ids))


def typed(values: Mapping[str, Value], model: SyncModel) -> dict[str, Value]:
    """Values of the ledger as they were sent: JSON knows no moments."""
    moments = {spec.name for spec in model.owned if spec.type == "datetime"}
    return {
        name: datetime.fromisoformat(value) if name in moments and isinstance(value, str) else value
        for name, value in values.items()
    }
