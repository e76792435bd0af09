"""What must hold between the cells and rows of one rule file, as `meta` of the seed declares it.

| `meta`       | says |
|---|---|
| `key`        | columns that together are different in every row |
| `ordered`    | pairs of columns, the second not below the first |
| `no_overlap` | columns `of` a thing, and its first and last day (`from`, `to`): no two rows at the same time |
| `same`       | column: columns; equal cells in these go with equal cells in that one; none: it is equal in all rows |
| `belongs`    | column: another one, and for each of its values what the first may hold |
| `needed`     | column: values for which there must be a row |
| `needed_in_any` | the same, where the table has rows at all |
| `cells`      | what a cell must be for those beside it and for other files; see `rulecells` |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

Row = Mapping[str, str]
Rows = Sequence[tuple[int, Row]]
Finding = tuple[int, str, str]
"""Line, column, message."""


def declared_faults(rows: Rows, meta: Mapping[str, Any]) -> Iterator[Finding]:
    """What in `within` is not as `meta` of their seed says."""
    if key := meta.get("key"):
        yield from key_faults(rows, tuple(key))
    for low, high in meta.get("ordered", ()):
        yield from order_faults(rows, low, high)
    if spans := meta.get("no_overlap"):
        yield from overlap_faults(rows, spans["of"], spans["from"], spans["to"])
    for column, names in meta.get("same", {}).items():
        yield from same_faults(rows, names, column)
    for column, choice in meta.get("belongs", {}).items():
        yield from belongs_faults(rows, choice["of"], column, choice["allowed"])
    needed = {**meta.get("needed", {}), **(meta.get("needed_in_any", {}) if rows else {})}
    for column, values in needed.items():
        yield from needed_faults(rows, column, values)


def key_faults(rows: Rows, key: tuple[str, ...]) -> Iterator[Finding]:
    """Rows that have the same cells in the columns `key` as an earlier one, empty cells included."""
    seen: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        name = tuple(row[column].strip().lower() for column in key)
        if name in seen:
            yield line, key[-1], f"{', '.join(name)!r} is already on line {seen[name]}"
        seen.setdefault(name, line)


def order_faults(rows: Rows, low: str, high: str) -> Iterator[Finding]:
    """Rows whose column `high` is below their column `low`."""
    for line, row in rows:
        first, last = row.get(low, "").strip(), row.get(high, "").strip()
        if not first or not last:
            continue
        numbers = number(first), number(last)
        backwards = last < first if None in numbers else numbers[1] < numbers[0]  # type: ignore[operator]
        if backwards:
            yield line, high, f"{last!r} is below {low}, which is {first!r}"


def overlap_faults(rows: Rows, of: Sequence[str], first: str, last: str) -> Iterator[Finding]:
    """Rows of one thing, or all where `of` is empty, whose days overlap with an earlier row's; no day is no limit."""
    seen: dict[tuple[str, ...], list[tuple[int, str, str]]] = {}
    for line, row in rows:
        name = tuple(row[column].strip().lower() for column in of)
        begins, ends = row[first].strip(), row[last].strip() or "9999-12-31"
        for other, other_begins, other_ends in seen.get(name, ()):
            if begins <= other_ends and other_begins <= ends:
                why = f"which has the same {', '.join(of)}" if of else "and only one row holds at a time"
                yield line, first, f"the days overlap with those of line {other}, {why}"
                break
        seen.setdefault(name, []).append((line, begins, ends))


def same_faults(rows: Rows, names: Sequence[str], column: str) -> Iterator[Finding]:
    """Rows whose `column` is not that of the first row with the same cells in `names`."""
    seen: dict[tuple[str, ...], tuple[int, str]] = {}
    for line, row in rows:
        name, value = tuple(row[n].strip() for n in names), row[column].strip()
        first_line, first = seen.setdefault(name, (line, value))
        if value != first:
            of_what = f"for the same {', '.join(names)}" if names else "and all rows say the same"
            yield line, column, f"{value!r} where line {first_line} says {first!r} {of_what}"


def belongs_faults(
    rows: Rows, of: str, column: str, allowed: Mapping[str, Collection[str]]
) -> Iterator[Finding]:
    """Rows whose `column` is not among those that go with their cell in `of`."""
    for line, row in rows:
        value, choices = row[column].strip(), allowed.get(row[of].strip())
        if choices is not None and value and value not in choices:
            yield (
                line,
                column,
                f"{value!r} is not allowed for {row[of].strip()}; one of: {', '.join(choices)}",
            )


def needed_faults(rows: Rows, column: str, values: Sequence[str] | Mapping[str, str]) -> Iterator[Finding]:
    """Values without which the models have nothing to go by, said on the last line; and what for, where declared."""
    there = {row[column].strip() for _, row in rows}
    for value in (v for v in values if v not in there):
        what_for = f": {values[value]}" if isinstance(values, Mapping) else ""
        missing = f"there is no row for {value or 'an empty cell'!r}; it is needed{what_for}"
        yield last_line(rows), column, missing


def last_line(rows: Rows) -> int:
    """Where something that is missing is said to be."""
    return rows[-1][0] if rows else 1


def number(text: str) -> Decimal | None:
    """The number in a cell; None where there is none."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
