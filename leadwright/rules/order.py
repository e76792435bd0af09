"""Rows of a rule file that the models try one after the other: those that are never reached, and orders with a hole.

What a declaration beside the seeds can say is said there; see `within` and `beside`. What is here follows how the
models go through the rows, and says nothing about leads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from leadwright.rules.within import Finding, Row, Rows, number

Tables = Mapping[str, Rows]
"""The rows of every rule file by its name."""

Check = Callable[[Rows, Tables], Iterator[Finding]]


def faults(name: str, tables: Tables) -> Iterator[Finding]:
    """What is wrong with the rows of the file `name`, beside those of the others."""
    for check in _CHECKS.get(name, ()):
        yield from check(tables[name], tables)


def _actions_reached(rows: Rows, tables: Tables) -> Iterator[Finding]:
    def covers(first: Row, later: Row) -> bool:
        same = all(first[c].strip() == later[c].strip() for c in ("feature", "operator", "value"))
        return same and first["grade"].strip() in ("", later["grade"].strip())

    return _reached(rows, "feature", covers)


def _roles_reached(rows: Rows, tables: Tables) -> Iterator[Finding]:
    def covers(first: Row, later: Row) -> bool:
        return all(first[c].strip() in ("", later[c].strip()) for c in ("job_level", "job_function"))

    return _reached(rows, "job_level", covers)


def _patterns_reached(rows: Rows, tables: Tables) -> Iterator[Finding]:
    def covers(first: Row, later: Row) -> bool:
        word = first["word"].strip()
        fits = word == "*" or f" {word} " in f" {later['word'].strip()} "
        return fits and first["kind"].strip() == later["kind"].strip()

    return _reached(rows, "word", covers)


def _reached(rows: Rows, column: str, covers: Callable[[Row, Row], bool]) -> Iterator[Finding]:
    """Rows that never count, since one of a lower priority fits whenever they do."""
    ranked = sorted(
        ((priority, line, row) for line, row in rows if (priority := number(row["priority"])) is not None),
        key=lambda ranked_row: ranked_row[:2],
    )
    for place, (_, line, row) in enumerate(ranked):
        first = next((other for _, other, earlier in ranked[:place] if covers(earlier, row)), None)
        if first is not None:
            yield (
                line,
                column,
                f"never reached: line {first} is tried before it and fits whenever this one does",
            )


def _title_ties(rows: Rows, tables: Tables) -> Iterator[Finding]:
    """Two values of one priority: for a title that has both words chance would decide."""
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    for line, row in rows:
        name, value = (row["kind"].strip(), row["priority"].strip()), row["value"].strip()
        first_line, first = seen.setdefault(name, (line, value))
        if value != first:
            yield (
                line,
                "priority",
                f"{name[1]!r} is the priority of {first!r} already (line {first_line}); take another",
            )


def _cadences(rows: Rows, tables: Tables) -> Iterator[Finding]:
    """The n-th later touch does the n-th step, so steps are counted from 1 and follow one another."""
    plays: dict[str, list[tuple[int, Row]]] = {}
    for line, row in rows:
        plays.setdefault(row["play"].strip(), []).append((line, row))
    for play, of_play in plays.items():
        earlier = 0
        for place, (line, row) in enumerate(sorted(of_play, key=lambda r: number(r[1]["step"]) or 0), 1):
            step, days = number(row["step"]), number(row["after_days"])
            if step != place:
                yield (
                    line,
                    "step",
                    f"{row['step'].strip()!r} where {place} comes next for {play!r}; count from 1",
                )
                break
            if days is not None and days <= earlier:
                yield line, "after_days", f"{days} is not after the step before, which is due after {earlier}"
            earlier = int(days or 0)


_CHECKS: dict[str, tuple[Check, ...]] = {
    "buying_roles": (_roles_reached,),
    "follow_up_cadences": (_cadences,),
    "job_titles": (_title_ties,),
    "next_actions": (_actions_reached,),
    "signal_patterns": (_patterns_reached,),
}
