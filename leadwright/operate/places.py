"""Where the warehouse names people: every table, and which of its rows are about those who are looked for.

Who that is stands in temporary tables: `gone` (one row per record of a person: crm, object, record_id, record_key,
lead_id, is_whole_lead), `gone_keys` (key: of these records, and of what is told of nobody else), `gone_leads` (lead_id)
and `gone_accounts` (account_id).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from leadwright import warehouse
from leadwright.transform.people import IdColumn

LEDGER = ("ops", "writes")

_IN = {
    **dict.fromkeys(("lead_id", "current_lead_id"), "select lead_id from gone_leads"),
    **dict.fromkeys(
        ("record_key", "left_key", "right_key", "loser_key", "winner_key", "activity_key"),
        "select key from gone_keys",
    ),
    "account_id": "select account_id from gone_accounts",
}
"""Columns that mean the same wherever they are, and whom each is looked up in."""

# Salesforce's Lead is one of our leads; a membership is named by the person's record and the list.
_RECORD = (
    "(crm, rtrim(lower({object}), 's'), record_id) in (select crm, rtrim(object, 's'), record_id from gone) or "
    "({object} = 'memberships' and (crm, split_part(record_id, '/', 1)) in (select crm, record_id from gone))"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A table that names people; `condition` is SQL that holds for the rows of those who are looked for."""

    schema: str
    table: str
    condition: str

    @property
    def name(self) -> str:
        """Schema and table in one."""
        return f"{self.schema}.{self.table}"

    @property
    def quoted(self) -> str:
        """The same as it stands in SQL."""
        return f'"{self.schema}"."{self.table}"'


def places(db: warehouse.Connection, ids: Iterable[IdColumn] = (), catalog: str = "") -> list[Place]:
    """Every table that names people, in the order of their names; views are left out.

    Args:
        db: a connection.
        ids: columns of raw and staging tables; see `transform.people`.
        catalog: an attached file to look in instead of the one that is open.
    """
    by_table: dict[tuple[str, str], list[IdColumn]] = {}
    for column in ids:
        by_table.setdefault((column.schema, column.table), []).append(column)
    found = []
    for (schema, table), names in _tables(db, catalog).items():
        # a column that is declared and was not pulled yet holds nobody
        of_ids = [_holds_id(c) for c in by_table.get((schema, table), ()) if c.column in names]
        conditions = [*of_ids, *_conditions(schema, names)]
        if conditions:
            found.append(Place(schema, table, " or ".join(conditions)))
    return found


def still_naming(db: warehouse.Connection, texts: Collection[str]) -> Counter[str]:
    """Tables -> rows that have one of `texts`, in small letters, in some column."""
    found: Counter[str] = Counter()
    if not texts:
        return found
    for (schema, table), names in _tables(db).items():
        row = ", ".join(f'"{name}"' for name in names)
        holds = " or ".join(["contains(lower(concat_ws(' ', " + row + ")), ?)"] * len(texts))
        counted = db.execute(f'select count(*) from "{schema}"."{table}" where {holds}', list(texts))
        found[f"{schema}.{table}"] = (counted.fetchone() or (0,))[0]
    return +found


def _tables(db: warehouse.Connection, catalog: str = "") -> Mapping[tuple[str, str], Sequence[str]]:
    """Schema and table -> its columns."""
    found = db.execute(warehouse.statement(__file__, "places_tables"), {"catalog": catalog})
    return {(schema, table): names for schema, table, names in found.fetchall()}


def _holds_id(column: IdColumn) -> str:
    crm = f"'{column.crm}'" if column.crm else "crm"
    keys = (f"{crm} || ':{each}:' || \"{column.column}\"" for each in column.objects)
    return " or ".join(f"{key} in (select key from gone_keys)" for key in keys)


def _conditions(schema: str, names: Collection[str]) -> list[str]:
    """What holds for rows of people in a table of ours; CRMs and the company's own files name columns otherwise."""
    if schema.startswith("raw_") or schema == "seeds":
        return []
    found = [f'"{name}" in ({looked_up})' for name, looked_up in _IN.items() if name in names]
    if {"crm", "record_id"}.issubset(names) and "record_key" not in names:
        found += [_RECORD.format(object=name) for name in ("object", "crm_object") if name in names]
    return found
