"""Reading and writing the CSV files of the converters."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Row = dict[str, str]


def read(file: Path) -> list[Row]:
    """Rows of a CSV file with a header, keys stripped of blanks."""
    with file.open(newline="", encoding="utf-8-sig") as text:
        return [{key.strip(): value for key, value in row.items()} for row in csv.DictReader(text)]


def write(folder: Path, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write `within` to `folder/name.csv`; a key that is not a column is an error."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, columns)
        writer.writeheader()
        writer.writerows(rows)
