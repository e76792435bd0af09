"""Fills a CRM from a folder of CSV files, one per object, the header being the API's field names.

A file that is broken anywhere is refused before anything is loaded, with the file, the line and the column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

ASSOCIATIONS = "associations"
LINK_COLUMNS = ["from_object", "from_id", "to_object", "to_id"]
FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
csv.field_size_limit(16 << 20)  # a note's body can be long


class ImportRefusedError(Exception):
    """A file that cannot be loaded; the message says where and why."""


class Fillable(Protocol):
    """A CRM that can be filled."""

    def object_names(self) -> set[str]:
        """What `load` takes."""

    def key(self, object_name: str) -> tuple[str, ...]:
        """The columns that tell the rows of `object_name` apart."""

    def unique(self, object_name: str) -> tuple[str, ...]:
        """The columns that no two rows in use can share a value of, upper and lower case alike."""

    def problem(self, object_name: str, field: str, value: str) -> str | None:
        """What is wrong with `value` in `field`; None where it is fine."""

    def load(self, object_name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Store rows; return how many."""


@dataclass(slots=True)
class Batch:
    """A folder that has been read and found good."""

    crm: Fillable
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    links: list[tuple[str, str, str, str]] = field(default_factory=list)

    def load(self) -> None:
        """Store everything."""
        for object_name, rows in sorted(self.rows.items(), key=_stages_first):
            self.crm.load(object_name, rows)
        if self.links:
            self.crm.load_associations(self.links)  # type: ignore[attr-defined]


def _stages_first(item: tuple[str, object]) -> bool:
    """Sorts pipelines before the records whose stages they explain."""
    return not item[0].endswith("_stages")


def refusal(path: Path, line: int, column: str, message: str) -> ImportRefusedError:
    """The error for one place in a file."""
    return ImportRefusedError(f"{path}, line {line}, column {column}: {message}")


def read_folder(folder: Path, crm: Fillable) -> Batch:
    """Read and check every file in `folder`; raises ImportRefusedError."""
    if not folder.is_dir():
        raise ImportRefusedError(
            f"{folder}: there is no such folder. Give a folder with one CSV file per object."
        )
    takes_links = hasattr(crm, "load_associations")
    known = crm.object_names() | ({ASSOCIATIONS} if takes_links else set())
    batch = Batch(crm)
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")
    if not paths:
        raise ImportRefusedError(
            f"{folder}: there is no CSV file in it. Name them after the objects: {_list(known)}."
        )
    for path in paths:
        if path.stem not in known:
            raise ImportRefusedError(
                f"{path}: {path.stem} is not an object of this CRM. Known are: {_list(known)}."
            )
        if path.stem != ASSOCIATIONS:
            batch.rows[path.stem] = _read_object(path, crm)
    if (path := folder / f"{ASSOCIATIONS}.csv") in paths:
        batch.links = _read_links(path, batch, crm)
    return batch


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV file, each with the number of its first line."""
    try:
        with path.open(newline="", encoding="utf-8-sig", errors="strict") as file:
            reader = csv.reader(_without_nul(path, file), strict=True)
            start = 1
            for record in reader:
                yield start, record
                start = reader.line_num + 1
    except UnicodeDecodeError as problem:
        line = path.read_bytes()[: problem.start].count(b"\n") + 1 if problem.start else 1
        raise refusal(
            path, _bad_line(path) or line, "?", "the text is not UTF-8. Save the file as UTF-8."
        ) from problem
    except csv.Error as problem:
        raise refusal(path, reader.line_num, "?", f"this is not well-formed CSV ({problem})") from problem


def _bad_line(path: Path) -> int | None:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return None


def _without_nul(path: Path, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise refusal(path, number, "?", "the line has a NUL character")
        yield line


def _header(path: Path, lines: Iterator[tuple[int, list[str]]]) -> list[str]:
    _, header = next(lines, (1, []))
    if not any(header):
        raise refusal(path, 1, "1", "the header with the field names is missing")
    for place, name in enumerate(header, 1):
        if not FIELD_NAME.fullmatch(name):
            raise refusal(path, 1, str(place), f"{name!r} is not a field name")
        if name.lower() in (earlier.lower() for earlier in header[: place - 1]):
            raise refusal(path, 1, str(place), f"{name} is there twice")
    return header


def _records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    lines = _lines(path)
    header = _header(path, lines)
    for line, values in lines:
        if not values:
            continue
        if len(values) != len(header):
            place = min(len(values), len(header)) + 1
            raise refusal(path, line, str(place), f"{len(values)} values under {len(header)} columns")
        yield line, dict(zip(header, values, strict=True))


def _read_object(path: Path, crm: Fillable) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    seen: set[tuple[str, ...]] = set()
    lines: dict[tuple[str, str], int] = {}
    key, unique = crm.key(path.stem), crm.unique(path.stem)
    for line, row in _records(path):
        _check_key(path, line, row, key, seen)
        _check_unique(path, line, row, unique, lines)
        for name, value in row.items():
            problem = crm.problem(path.stem, name, value)
            if problem:
                raise refusal(path, line, name, problem)
        rows.append(row)
    return rows


def _check_key(
    path: Path, line: int, row: Mapping[str, str], key: tuple[str, ...], seen: set[tuple[str, ...]]
) -> None:
    for name in key:
        if not row.get(name):
            message = "is empty; every row needs it" if name in row else f"the header has no {name}"
            raise refusal(path, line if name in row else 1, name, message)
    value = tuple(row[name] for name in key)
    if value in seen:
        raise refusal(path, line, key[-1], f"{' '.join(value)} is there already in an earlier line")
    seen.add(value)


def _check_unique(
    path: Path,
    line: int,
    row: Mapping[str, str],
    unique: Iterable[str],
    lines: dict[tuple[str, str], int],
) -> None:
    """`lines` has the line of every value so far; rows in the recycle bin do not count."""
    if row.get("archived", "").lower() == "true":
        return
    for name in unique:
        value = row.get(name, "").strip().lower()
        first = lines.setdefault((name, value), line)
        if value and first != line:
            raise refusal(
                path, line, name, f"{value} is that of the record in line {first}; only one can have it"
            )


def _read_links(path: Path, batch: Batch, crm: Fillable) -> list[tuple[str, str, str, str]]:
    ids: dict[str, set[str]] = {}
    for object_name, rows in batch.rows.items():
        key = crm.key(object_name)
        ids[object_name] = {row[key[0]] for row in rows}
    links = []
    for line, row in _records(path):
        if list(row) != LINK_COLUMNS:
            raise refusal(path, 1, "1", f"the header is {', '.join(LINK_COLUMNS)}")
        for side in ("from", "to"):
            object_name, record_id = row[f"{side}_object"], row[f"{side}_id"]
            if object_name not in ids:
                raise refusal(
                    path, line, f"{side}_object", f"there is no file {object_name}.csv in the folder"
                )
            if record_id not in ids[object_name]:
                raise refusal(
                    path, line, f"{side}_id", f"{object_name}.csv has no row with the id {record_id}"
                )
        links.append((row["from_object"], row["from_id"], row["to_object"], row["to_id"]))
    return links
