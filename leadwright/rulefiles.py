"""Rule files as they stand on disk: their rows by line, and what is wrong with their form."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadwright import spelling
from leadwright.cells import Column


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
    """One seed: where it is, what its columns may hold, what else is declared of it, and its rows by line number."""

    name: str
    path: Path
    columns: list[Column]
    meta: Mapping[str, Any] = field(default_factory=dict)
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


def encoding_faults(folder: Path) -> Iterator[Fault]:
    """Rule files in `folder` that are not in UTF-8: dbt would stop at the first and not say which it is."""
    for path in sorted(folder.glob("*.csv")):
        text = _text_of(RuleFile(path.stem, path, []))
        if isinstance(text, Fault) and "UTF-8" in text.message:
            yield text


def read(file: RuleFile) -> Iterator[Fault]:
    """Fill `file.rows`; yield faults of form."""
    text = _text_of(file)
    if isinstance(text, Fault):
        yield text
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = next(reader, [])
        if message := _foreign(file, header):
            yield Fault(file.label, 1, "", message)
            return
        file.is_legible = True
        yield from _header_faults(file, header)
        while True:
            line = reader.line_num + 1  # where the row begins: a cell in quotes may span lines
            cells = next(reader, None)
            if cells is None:
                return
            if len(cells) == len(header):
                file.rows.append((line, dict(zip(header, cells, strict=True))))
            elif cells:
                yield Fault(file.label, line, "", f"{len(cells)} cells where the header has {len(header)}")
    except csv.Error as error:
        yield Fault(file.label, line, "", f"not readable as CSV in UTF-8: {error}")


def _text_of(file: RuleFile) -> str | Fault:
    if not file.path.exists():
        return Fault(file.label, 1, "", "the file is missing")
    try:
        text = spelling.decoded(file.path.read_bytes())
    except spelling.EncodingError as error:
        return Fault(file.label, error.line, "", str(error))
    if not text.strip():
        return Fault(file.label, 1, "", f"the file is empty; {_expected(file)}")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return Fault(file.label, line, "", "not readable as CSV in UTF-8: it holds a NUL character")
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


def _header_faults(file: RuleFile, header: list[str]) -> Iterator[Fault]:
    declared = [c.name for c in file.columns]
    expected = _expected(file)
    for name in (n for n in declared if n not in header):
        yield Fault(file.label, 1, name, f"the column is missing; {expected}")
    for name in (n for n in header if n not in declared):
        yield Fault(file.label, 1, name, f"there is no such column; {expected}")
    for name in sorted({n for n in header if header.count(n) > 1}):
        yield Fault(file.label, 1, name, f"the column is there twice; {expected}")
