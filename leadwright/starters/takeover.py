"""Makes a workspace of the rule files of an older Leadwright, which lay in its dbt project."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadwright.connectors.errors import ConfigError
from leadwright.rules import book, files
from leadwright.rules.files import REMOVED, RuleFile, name


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the old files.

    Attributes:
        whole: tables that are now the workspace's as a whole.
        added: tables that ours count in, with the rows that were added, changed or taken away.
        as_shipped: tables that were as ours are.
        unknown: files that are no table of this version.
    """

    whole: tuple[str, ...]
    added: Mapping[str, int]
    as_shipped: tuple[str, ...]
    unknown: tuple[str, ...]


def take_over(seeds: Path, folder: Path, tables: Sequence[RuleFile]) -> Taken:
    """Copy the tables in `seeds` into the workspace `folder`; every row of theirs counts afterwards as before.

    Rules become the company's as a whole, byte for byte: order, reasons and quotes stay. Of reference data only the
    rows that differ from ours are taken, so that the rest gets better with later versions; a row of ours that is not
    there was taken out, or is new in this version, which nobody can tell: it counts.

    Args:
        seeds: the folder of the old files.
        folder: a workspace; its own files are written over.
        tables: the tables as this version ships them.

    Raises:
        ConfigError: there are no rule files in `seeds`, or one cannot be read; nothing was written.
    """
    old = {path.stem: path for path in sorted(seeds.rglob("*.csv"))}
    known = {table.name: table for table in tables}
    if not old.keys() & known.keys():
        raise ConfigError(f"There are no rule files in {seeds}. Name the folder with score_rules.csv.")
    read = {n: _read(path) for n, path in old.items() if n in known}
    whole, added, same = [], {}, []
    for table_name, rows in read.items():
        table = known[table_name]
        if table.path.parent.name != book.ADDED or not table.key:
            shutil.copyfile(old[table_name], folder / book.WHOLE / f"{table_name}.csv")
            whole.append(table_name)
        elif other := _others(table, rows):
            _write(folder / book.ADDED / f"{table_name}.csv", table, other)
            added[table_name] = len(other)
        else:
            same.append(table_name)
    return Taken(tuple(whole), added, tuple(same), tuple(sorted(old.keys() - known.keys())))


def _read(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            return [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(text)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path} cannot be read: {error}. Nothing was written.") from None


def _others(table: RuleFile, rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The rows that ours lack, or that say something else under the same key."""
    list(files.read(table))
    ours = {name(row, table.key): row for _, row in table.rows}
    columns = [column.name for column in table.columns]
    return [
        row
        for row in rows
        if any(
            row.get(c, "").strip() != ours.get(name(row, table.key), {}).get(c, "").strip()
            for c in columns
            if c in row
        )
    ]


def _write(target: Path, table: RuleFile, rows: Sequence[Mapping[str, str]]) -> None:
    """Write the rows; a column that the old file lacks has what ours says, or nothing."""
    ours = {name(row, table.key): row for _, row in table.rows}
    columns = [column.name for column in table.columns if column.name != REMOVED]
    files.write(target, columns, [{**ours.get(name(row, table.key), {}), **row} for row in rows])
