"""Fields of a company's own: rows of the workspace's `fields.csv`, each of which makes a CRM field a feature."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from leadwright.rules.within import Finding, Row, Rows

TABLE, FILE = "own_fields", "fields.csv"

_VALUE_TYPES = {
    "text": "text",
    "picklist": "text",
    "multi_select": "text",
    "number": "number",
    "date": "number",
    "flag": "flag",
}


def read(file: Path) -> list[dict[str, str]]:
    """The rows of `file` that have the columns we need, as far as it can be read: `rules check` says what is wrong."""
    needed = {"source", "object", "field", "feature", "type", "known_when", "description"}
    found: list[dict[str, str]] = []
    with (
        suppress(OSError, UnicodeDecodeError, csv.Error),
        file.open(encoding="utf-8-sig", newline="") as text,
    ):
        for row in csv.DictReader(text):
            cells = {name: (row.get(name) or "").strip() for name in needed}
            if all(cells.values()) and cells["type"] in _VALUE_TYPES:
                found.append(cells)
    return found


def features(rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """The rows of the feature catalogue that these fields are."""
    by_name = {row["feature"]: row for row in reversed(list(rows))}
    return [
        {
            "feature": name,
            "kind": "own",
            "value_type": _VALUE_TYPES[row["type"]],
            "source": "fields.csv",
            "known_when": row["known_when"],
            "decays": "false",
            "is_hand_raise": "false",
            "meaning": row["description"] + (": days since then" if row["type"] == "date" else ""),
        }
        for name, row in sorted(by_name.items())
    ]


def of_accounts(
    rows: Sequence[Mapping[str, str]], accounts: Mapping[str, str]
) -> dict[str, dict[str, list[str]]]:
    """Account -> object -> its fields.

    Args:
        rows: as `read` gives them.
        accounts: account -> its system.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for account, system in accounts.items():
        for row in rows:
            if row["source"] in (account, system):
                fields = found.setdefault(account, {}).setdefault(row["object"], [])
                if row["field"] not in fields:
                    fields.append(row["field"])
    return found


def faults(rows: Rows, systems: Mapping[str, str], objects: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Rows whose object is none that a person or a company can have fields in.

    Args:
        rows: of `fields.csv`.
        systems: account -> its system.
        objects: system -> names of those objects.
    """
    for line, row in rows:
        known = objects.get(systems.get(_cell(row, "source"), ""))
        name = _cell(row, "object")
        if known and name and name not in known:
            choices = ", ".join(known)
            yield (
                line,
                "object",
                f"{name!r} is no object with fields of people or companies; one of: {choices}",
            )
        if '"' in row["field"] or "'" in row["field"]:
            yield (
                line,
                "field",
                "a field has no quotation marks in its name; write the internal name, not the label",
            )


def _cell(row: Row, name: str) -> str:
    return row[name].strip()
