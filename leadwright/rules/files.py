"""Tables of rules as they stand on disk: their rows by line, and what is wrong with their form.

A file in a workspace's `rules/` is a whole table; one in `reference/` adds rows to the table that Leadwright ships, or
puts its own in the place of those with the same key.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from leadwright.connectors.errors import ConfigError
from leadwright.rules import spelling
from leadwright.rules.cells import Column

REMOVED = "is_removed"
"""The column by which a row of `reference/` takes the shipped row with its key away."""


class ShippedLine(int):
    """A line of the shipped table, where a workspace adds rows to it."""

    def __format__(self, spec: str) -> str:
        return f"{int(self)} of the shipped table"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a rule file. `line` counts from 1 with the header; `column` may be empty."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{place}: {self.message}"


@dataclass(slots=True)
class RuleFile:
    """One table: where it is, what its columns may hold, what else is declared of it, and its rows by line number.

    Attributes:
        path: the workspace's file, or the shipped one where the workspace has none.
        shipped: the table that `path` adds to; None where `path` is the whole of it.
        origin: the table that Leadwright ships under this name.
        further: rows that other files make; those that `path` has itself go before them.
    """

    name: str
    path: Path
    columns: list[Column]
    meta: Mapping[str, Any] = field(default_factory=dict)
    shipped: Path | None = None
    further: Sequence[dict[str, str]] = ()
    origin: Path | None = None
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    is_legible: bool = False
    """Whether its text is the CSV that we write, so that its cells can be told apart."""

    @property
    def whole_rows(self) -> list[tuple[int, dict[str, str]]]:
        """The rows that have every declared column."""
        names = {column.name for column in self.columns}
        return [(line, row) for line, row in self.rows if names <= row.keys()]

    @property
    def label(self) -> str:
        """The file as people know it."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def key(self) -> list[str]:
        """The columns that name a row; none where rows have no name."""
        named = next((c.name for c in self.columns if c.is_unique and c.is_required), None)
        return list(self.meta.get("key", ())) or ([named] if named else [])

    def fault(self, line: int, column: str, message: str) -> Fault:
        """Something wrong in this file, or in the shipped one where `line` is of that."""
        of_shipped = self.shipped is not None and isinstance(line, ShippedLine)
        return Fault(
            f"the shipped {self.path.name}" if of_shipped else self.label, int(line), column, message
        )


def read(file: RuleFile) -> Iterator[Fault]:
    """Fill `file.rows`; yield faults of form."""
    own, faults = _rows(file, file.path, optional={REMOVED} if file.shipped else set())
    yield from faults
    file.rows = own or []
    file.is_legible = own is not None
    if file.shipped and own is not None:
        shipped, _ = _rows(file, file.shipped)
        yield from _merge(file, shipped or [])
    there = {name(row, file.key) for _, row in file.rows}
    empty = dict.fromkeys((column.name for column in file.columns), "")
    file.rows += [(0, empty | row) for row in file.further if name(row, file.key) not in there]


def name(row: Mapping[str, str], key: Sequence[str]) -> tuple[str, ...]:
    """What a row is called: its cells in the columns `key`, as they are compared."""
    return tuple(row.get(column, "").strip().lower() for column in key)


def _merge(file: RuleFile, shipped: Sequence[tuple[int, dict[str, str]]]) -> Iterator[Fault]:
    """Put the rows of `file` over the shipped ones."""
    there = {name(row, file.key) for _, row in shipped}
    own = {name(row, file.key) for _, row in file.rows}
    kept: list[tuple[int, dict[str, str]]] = []
    for line, row in file.rows:
        removed = row.pop(REMOVED, "").strip().lower()
        if removed not in ("", "true", "false"):
            yield file.fault(line, REMOVED, f"{removed!r} is not allowed; one of: true, false")
        elif removed == "true" and name(row, file.key) not in there:
            yield file.fault(
                line,
                REMOVED,
                f"no shipped row has {', '.join(file.key)} {', '.join(name(row, file.key))!r}; nothing to remove",
            )
        if removed != "true":
            kept.append((line, row))
    file.rows = [(ShippedLine(line), row) for line, row in shipped if name(row, file.key) not in own] + kept


def _rows(
    file: RuleFile, path: Path, optional: Iterable[str] = ()
) -> tuple[list[tuple[int, dict[str, str]]] | None, list[Fault]]:
    """The rows of `path` by line, None where it cannot be read as CSV; faults of form."""
    text = _text_of(file, path)
    if isinstance(text, Fault):
        return None, [text]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    faults: list[Fault] = []
    line = 1
    try:
        header = next(reader, [])
        if message := _foreign(file, header):
            return None, [file.fault(1, "", message)]
        faults += _header_faults(file, header, set(optional))
        while True:
            line = reader.line_num + 1  # where the row begins: a cell in quotes may span lines
            cells = next(reader, None)
            if cells is None:
                return rows, faults
            if len(cells) == len(header):
                rows.append((line, dict(zip(header, cells, strict=True))))
            elif cells:
                faults.append(file.fault(line, "", f"{len(cells)} cells where the header has {len(header)}"))
    except csv.Error as error:
        return rows, [*faults, file.fault(line, "", f"not readable as CSV in UTF-8: {error}")]


def _text_of(file: RuleFile, path: Path) -> str | Fault:
    if not path.exists():
        return file.fault(1, "", "the file is missing")
    try:
        text = spelling.decoded(path.read_bytes())
    except spelling.EncodingError as error:
        return file.fault(error.line, "", str(error))
    if not text.strip():
        return file.fault(1, "", f"the file is empty; {_expected(file)}")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return file.fault(line, "", "not readable as CSV in UTF-8: it holds a NUL character")
    return text


def _expected(file: RuleFile) -> str:
    return f"expected {', '.join(c.name for c in file.columns)}"


def _foreign(file: RuleFile, header: list[str]) -> str | None:
    """What a spreadsheet made of the file as a whole, if anything: then its rows say nothing more."""
    for separator, known_as in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) < len(file.columns) and any(separator in name for name in header):
            return f"the cells are separated by {known_as}; save the file as comma-separated CSV in UTF-8"
    if "" in header:
        return f"a column without a name: is there a comma too many? {_expected(file)}"
    declared = {c.name for c in file.columns}
    if spelled := [n for n in header if n not in declared and n.strip().lower() in declared]:
        return f"columns are spelled in small letters, without blanks: {', '.join(map(repr, spelled))}"
    return None


def _header_faults(file: RuleFile, header: list[str], optional: set[str]) -> Iterator[Fault]:
    declared = [c.name for c in file.columns]
    expected = _expected(file)
    for name in (n for n in declared if n not in header):
        yield file.fault(1, name, f"the column is missing; `leadwright upgrade` adds new ones; {expected}")
    for name in (n for n in header if n not in declared and n not in optional):
        yield file.fault(1, name, f"there is no such column; {expected}")
    for name in sorted({n for n in header if header.count(n) > 1}):
        yield file.fault(1, name, f"the column is there twice; {expected}")


def records(file: RuleFile) -> Iterator[str]:
    """The text of each row, the header's first, with its line end: a cell in quotes may span lines.

    Raises:
        ConfigError: the file cannot be read as CSV.
    """
    try:
        text = spelling.decoded(file.path.read_bytes())
        lines = text.splitlines(keepends=True)
        reader, begin = csv.reader(iter(lines), strict=True), 0
        for _ in reader:
            yield "".join(lines[begin : reader.line_num])
            begin = reader.line_num
    except (OSError, csv.Error, spelling.EncodingError) as error:
        raise ConfigError(
            f"{file.label} cannot be read: {error}. Mend it; `leadwright rules check`."
        ) from None


def replace(path: Path, text: str) -> None:
    """Put `text` in the place of what a file holds, at once."""
    draft = path.with_suffix(".new")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(path)


def spelled(cells: Sequence[str]) -> str:
    """`cells` as a line of CSV, without its end."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def write(path: Path, header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write `within` as a rule file is written; a column that a row lacks stays empty."""
    with path.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_spelled(row.get(name)) for name in header] for row in rows)


def _spelled(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
