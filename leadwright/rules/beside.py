"""What a cell must be where the cells beside it, or rows of other files, say so: `cells` in `meta` of a seed.

An entry speaks of one `column`: in rows `where` (column: values) and not `unless`, the cell `must` be something, and
where it is not, the user reads what the entry `says`. Names between braces are replaced: `value` is the cell, and a
column's name what stands in that column.

| `must`        | holds where the cell |
|---|---|
| `empty`       | is empty (true), or is not (false) |
| `one_of`      | is one of these; so is an empty one |
| `none_of`     | is none of these |
| `between`     | is a number from the first to the second |
| `whole`       | is a whole number |
| `above`       | is a number above that in this column |
| `at_most`     | is a number not above that in this column |
| `one_word`    | is one word, as texts are compared |
| `placeholders` | has no text between braces but these; `allowed` says which |
| `found_in`    | stands in a `column` of another `file`; `choices` says which do |
| `absent_from` | does not stand there, in rows `where` and not `unless` |
| `as_in`       | is equal to the same column of the rows `where` of a `file`: `other`, on line `line` |

A cell that is no number is a fault of its own (`cells`), and no second one here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from leadwright.rules.cells import as_words
from leadwright.rules.within import Finding, Row, Rows, number

Tables = Mapping[str, Rows]
"""The rows of every rule file by its name."""

Told = Mapping[str, object] | None
"""What the message of a fault names; None where there is none."""


def cell_faults(rows: Rows, meta: Mapping[str, Any], tables: Tables) -> Iterator[Finding]:
    """Cells of `within` that are not what `meta` of their seed says they must be."""
    for entry in meta.get("cells", ()):
        column, ((name, wanted),) = entry["column"], entry["must"].items()
        for line, row in _meant(rows, entry):
            told = _MUSTS[name](row[column].strip(), wanted, row, tables)
            if told is not None:
                cells = {name: cell.strip() for name, cell in row.items()}
                yield line, column, entry["says"].format(**{**cells, "value": repr(cells[column]), **told})


def _meant(rows: Rows, entry: Mapping[str, Any]) -> list[tuple[int, Row]]:
    """The rows that an entry speaks of: those `where` and not `unless`."""

    def has(row: Row, values: Mapping[str, Any]) -> bool:
        return all(row[c].strip().lower() in {str(v).lower() for v in among} for c, among in values.items())

    where, unless = entry.get("where", {}), entry.get("unless")
    return [(line, row) for line, row in rows if has(row, where) and not (unless and has(row, unless))]


def _told(is_fault: bool) -> Told:
    return {} if is_fault else None


def _between(cell: str, wanted: list[int], row: Row, tables: Tables) -> Told:
    value = number(cell)
    return _told(value is not None and not wanted[0] <= value <= wanted[1])


def _whole(cell: str, wanted: bool, row: Row, tables: Tables) -> Told:
    value = number(cell)
    return _told(value is not None and value != value.to_integral_value())


def _above(cell: str, wanted: str, row: Row, tables: Tables) -> Told:
    value, other = number(cell), number(row[wanted])
    return _told(value is not None and other is not None and value <= other)


def _at_most(cell: str, wanted: str, row: Row, tables: Tables) -> Told:
    value, other = number(cell), number(row[wanted])
    return _told(value is not None and other is not None and value > other)


def _placeholders(cell: str, wanted: list[str], row: Row, tables: Tables) -> Told:
    allowed = [f"{{{name}}}" for name in wanted]
    strange = sorted(set(re.findall(r"\{[^}]*\}?|\}", cell)) - set(allowed))
    return {"value": repr(strange[0]), "allowed": ", ".join(allowed)} if strange else None


def _found_in(cell: str, wanted: Mapping[str, Any], row: Row, tables: Tables) -> Told:
    there = {other[wanted["column"]].strip() for _, other in _meant(tables[wanted["file"]], wanted)}
    return {"choices": ", ".join(sorted(there))} if cell and cell not in there else None


def _absent_from(cell: str, wanted: Mapping[str, Any], row: Row, tables: Tables) -> Told:
    there = {other[wanted["column"]].strip() for _, other in _meant(tables[wanted["file"]], wanted)}
    return _told(cell in there)


def _as_in(cell: str, wanted: Mapping[str, Any], row: Row, tables: Tables) -> Told:
    others = (
        (line, other[wanted["column"]].strip()) for line, other in _meant(tables[wanted["file"]], wanted)
    )
    line, other = next(others, (1, ""))
    return {"other": repr(other), "line": line} if cell and other and cell != other else None


_MUSTS: Mapping[str, Callable[[str, Any, Row, Tables], Told]] = {
    "empty": lambda cell, wanted, row, tables: _told((cell == "") != wanted),
    "one_of": lambda cell, wanted, row, tables: _told(cell != "" and cell not in wanted),
    "none_of": lambda cell, wanted, row, tables: _told(cell in wanted),
    "between": _between,
    "whole": _whole,
    "above": _above,
    "at_most": _at_most,
    "one_word": lambda cell, wanted, row, tables: _told((" " not in as_words(cell)) != wanted),
    "placeholders": _placeholders,
    "found_in": _found_in,
    "absent_from": _absent_from,
    "as_in": _as_in,
}
