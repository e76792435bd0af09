"""Advice on the rules that there are: points that outcomes support, as a change of score_rules.csv, and rules that do
nothing or the opposite of what they say."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadwright.connectors.errors import ConfigError
from leadwright.rules import book, files
from leadwright.rules.files import RuleFile
from leadwright.settings import Settings
from leadwright.study import company, judging, proposals
from leadwright.study.bench import Outcome, bench
from leadwright.study.judging import FEWEST_OUTCOMES, Judged
from leadwright.study.studying import choose
from leadwright.transform.project import Transform

_TABLE = "score_rules"


@dataclass(frozen=True, slots=True)
class Suggested:
    """What outcomes say of the rules.

    Attributes:
        looked_at, converted: leads whose outcome is known, and how many of them came to it.
        judged: the rules in the order of their file.
        diff: the change of the file, as `diff -u` writes it; empty where nothing should change.
        text: the file as it should be.
    """

    outcome: Outcome
    looked_at: int
    converted: int
    judged: list[Judged]
    diff: str
    text: str

    @property
    def too_few(self) -> str:
        """What cannot be known, where that is so; else empty."""
        if self.converted >= FEWEST_OUTCOMES:
            return ""
        return (
            f"{self.converted} outcomes: too few to tell what points should be ({FEWEST_OUTCOMES} are needed); "
            "they stay"
        )

    def as_dict(self) -> dict[str, Any]:
        """For a program to read."""
        return {
            "outcome_id": self.outcome.outcome_id,
            "looked_at": self.looked_at,
            "converted": self.converted,
            "too_few": self.too_few or None,
            "rules": [each.as_dict() for each in self.judged],
            "diff": self.diff,
        }


def suggest(
    config: Settings,
    *,
    outcome_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Suggested:
    """Judge the rules of the workspace by what became of leads; nothing is changed.

    Raises:
        ConfigError: nothing was built yet, the rules have faults, or there is no such outcome.
        LockedError: another process kept writing the warehouse.
    """
    with bench(config) as one:
        outcome = choose(one.outcomes(), outcome_id)
        rows = one.tables.rows(_TABLE)
        one.load(["score_groups", _TABLE])
        one.look(outcome, since, until)
        totals = one.totals()
        unknown = {r["feature"] for r in company.fills(one) if r["past_is"] not in ("exact", "captured")}
        judged = judging.judge(one, rows, (), totals["converted"], unknown)
    file = next(f for f in Transform(config).rule_files() if f.name == _TABLE)
    before, after = _texts(file, judged, outcome)
    diff = "".join(difflib.unified_diff(before, after, f"a/{file.label}", f"b/{file.label}"))
    return Suggested(outcome, totals["leads"], totals["converted"], judged, diff, "".join(after))


def accept(suggested: Suggested, config: Settings) -> None:
    """Change the workspace's file as it was suggested. Raises ConfigError where there is no workspace."""
    if config.workspace is None:
        raise ConfigError("There is no workspace to change: `leadwright init FOLDER` makes one.")
    target = config.workspace / book.WHOLE / f"{_TABLE}.csv"
    files.replace(target, suggested.text)


def _texts(file: RuleFile, judged: Sequence[Judged], outcome: Outcome) -> tuple[list[str], list[str]]:
    """The lines of the file as it is and as it should be; rows that stay keep every byte."""
    header, *records = files.records(file)
    if faults := list(files.read(file)):
        raise ConfigError(str(faults[0]))
    names = next(iter(_cells(header)))
    by_name = {each.row["rule_id"]: each for each in judged}
    after = [header]
    for text in records:
        cells = next(iter(_cells(text)), [])
        each = by_name.get(dict(zip(names, cells, strict=False)).get("rule_id", "").strip())
        if each is None or each.points is None or each.points == each.before:
            after.append(text)
            continue
        row = {**each.row, "points": f"{each.points:g}", "reason": proposals.reason_for(each, outcome)}
        end = text[len(text.rstrip("\r\n")) :] or "\n"
        after.append(files.spelled([row.get(name, "") for name in names]) + end)
    return [header, *records], after


def _cells(text: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), strict=True)
