"""Who changed a record last. Which of its fields that was, Salesforce does not say of all records."""

from __future__ import annotations

from collections.abc import Sequence

from leadwright.connectors.salesforce import soql
from leadwright.connectors.salesforce.transport import Transport

_BATCH = 200


def authors(
    org: Transport, object_name: str, fields: Sequence[str], ids: Sequence[str]
) -> dict[tuple[str, str], str]:
    """Who changed each record last, by record id and field."""
    found: dict[tuple[str, str], str] = {}
    for start in range(0, len(ids), _BATCH):
        where = f" WHERE Id IN {soql.literals(ids[start : start + _BATCH])}"
        text = soql.select(["Id", "LastModifiedBy.Name", "LastModifiedDate"], object_name, where)
        for row in org.rows(f"asking who changed {object_name}", text):
            by = row["LastModifiedBy"] or {}
            said = f"record changed last by {by.get('Name') or 'a user who is not shown'}"
            found |= {(str(row["Id"]), name): said for name in fields}
    return found
