"""The tables of a workspace that a study changes, as files that are written like a person would."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from leadwright.connectors.errors import ConfigError
from leadwright.rules import book, files, own_fields
from leadwright.rules.files import Fault, RuleFile
from leadwright.transform.project import Transform

Row = Mapping[str, str]


class Tables:
    """The rule files of the workspace `folder`.

    Attributes:
        changed: names of the tables that were written, in the order in which they were first.
    """

    def __init__(self, folder: Path, transform: Transform) -> None:
        self.folder = folder
        self._transform = transform
        self.changed: dict[str, Path] = {}

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of a table as they count. Raises ConfigError where it cannot be read."""
        table = self._table(name)
        if faults := list(files.read(table)):
            raise ConfigError(str(faults[0]))
        return [row for _, row in table.whole_rows]

    def wrong_rows(self, name: str, faults: Sequence[Fault]) -> set[int]:
        """Places of the rows of a table that have a fault, the first one 0."""
        table = self._table(name)
        lines = {fault.line for fault in faults if fault.file == table.label}
        list(files.read(table))  # rows by their lines; its faults are among those given
        return {place for place, (line, _) in enumerate(table.rows) if line in lines}

    def replace(self, name: str, rows: Sequence[Row]) -> None:
        """Make `rows` the whole of a table."""
        table = self._table(name)
        target = self.folder / book.WHOLE / f"{name}.csv"
        (self.folder / book.ADDED / target.name).unlink(missing_ok=True)
        files.write(target, [column.name for column in table.columns], rows)
        self.changed[name] = target

    def add(self, name: str, rows: Sequence[Row]) -> None:
        """Add rows to a table: of ours, to what the workspace adds to it; rows that stand there stay as they are."""
        if not rows:
            return
        table = self._table(name)
        target = self._file(table)
        header, there = self._written(target, table)
        files.write(target, header, [*there, *rows])
        self.changed[name] = target

    def _file(self, table: RuleFile) -> Path:
        if table.name == own_fields.TABLE:
            return self.folder / own_fields.FILE
        if table.path.is_relative_to(self.folder):
            return table.path
        is_ours = table.path.parent.name == book.ADDED and table.key
        return self.folder / (book.ADDED if is_ours else book.WHOLE) / f"{table.name}.csv"

    def _written(self, target: Path, table: RuleFile) -> tuple[list[str], list[dict[str, str]]]:
        """Header and rows of a file, or of the table as it counts where `target` will be the whole of it."""
        names = [column.name for column in table.columns]
        if not target.exists():
            return names, ([] if target.parent.name == book.ADDED else self.rows(table.name))
        with target.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text)
            there = [dict(row) for row in reader]
        return list(reader.fieldnames or names), there

    def _table(self, name: str) -> RuleFile:
        return next(file for file in self._transform.rule_files() if file.name == name)
