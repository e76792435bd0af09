"""Makes a workspace, and puts tables of ours into one."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from zoneinfo import available_timezones

from leadwright.connectors.errors import ConfigError
from leadwright.rules import book, files
from leadwright.rules.files import RuleFile
from leadwright.workspace import DEFAULT, MARK, STARTERS, mark

CHOICES = (DEFAULT, "services", "empty")
"""The starters that a company can choose from."""

# What people argue about; the other tables come with Leadwright until `rules own` puts one here.
_TABLES = (
    *(
        "score_rules",
        "score_groups",
        "score_dimensions",
        "grades",
        "grade_scale",
        "grade_shape",
        "segments",
        "next_actions",
        "plays",
    ),
    *(
        "follow_up_cadences",
        "question_sets",
        "routing_rules",
        "routing_pool",
        "routing_fallback",
        "routing_from",
    ),
    *("routing_policies", "calendars", "business_hours", "holidays", "rep_calendars", "rep_leaves"),
    *(
        "company_domains",
        "identity_splits",
        "number_format",
        "rollout",
        "targets",
        "costs",
        "writing_thresholds",
        "crm_tasks",
        "viewers",
        "nurture",
    ),
)
_FILES = {
    "README.md": "README.md",
    "gitignore": ".gitignore",
    "env.example": ".env.example",
    "prefect.yaml": "prefect.yaml",
    "compose.yaml": "compose.yaml",
    "ci.yml": "ci/rules.yml",
    "fields.csv": "fields.csv",
}
_WHEN = re.compile(r"(\d{1,2}):(\d\d)")
_MARKS = ("point", "comma")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a workspace is made of.

    Attributes:
        starter: one of `CHOICES`.
        systems: names of the CRMs in use.
        own_domains: e-mail domains of the company's own people, who are no leads.
        time_zone: where the company works.
        hours: when it works, such as 9:00-18:00.
        days: on which days, such as mon-fri.
        decimal_mark: `point` or `comma`, as people write numbers.
    """

    starter: str = DEFAULT
    systems: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    time_zone: str = "UTC"
    hours: str = "9:00-18:00"
    days: str = "mon-fri"
    decimal_mark: str = "point"


def create(folder: Path, answers: Answers, shipped: Path) -> list[str]:
    """Make a workspace of `folder`; the files that it has now.

    Args:
        folder: made where it is missing; it may hold other files, but none of these.
        answers: what it is made of.
        shipped: the folder of the tables that come with Leadwright.

    Raises:
        ConfigError: an answer is none, or a file is there already; then nothing was written.
    """
    opens, closes = _minutes(answers.hours)
    days = _weekdays(answers.days)
    _require(
        answers.time_zone in available_timezones(), answers.time_zone, "no time zone such as Europe/Berlin"
    )
    _require(answers.starter in CHOICES, answers.starter, f"no set of rules; one of: {', '.join(CHOICES)}")
    _require(
        answers.decimal_mark in _MARKS, answers.decimal_mark, f"not allowed; one of: {', '.join(_MARKS)}"
    )
    targets = [MARK, *_FILES.values(), *(f"rules/{name}.csv" for name in _TABLES)]
    if there := [name for name in targets if (folder / name).exists()]:
        raise ConfigError(f"{folder} has {there[0]} already; nothing was written. Name a folder without it.")
    for name in ("rules", "reference", "ci"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(STARTERS / "files" / MARK, folder / MARK)
    mark(folder)
    for source, target in _FILES.items():
        text = Template((STARTERS / "files" / source).read_text(encoding="utf-8"))
        said = {"company": folder.resolve().name, "time_zone": answers.time_zone}
        (folder / target).write_text(text.substitute(said), encoding="utf-8")
    for name in _TABLES:
        own = STARTERS / answers.starter / "rules" / f"{name}.csv"
        shutil.copyfile(
            own if own.exists() else shipped / "rules" / f"{name}.csv", folder / "rules" / f"{name}.csv"
        )
    rules = folder / "rules"
    _fill(rules / "calendars.csv", [("office", "", answers.time_zone, "Everybody")])
    _fill(rules / "business_hours.csv", [("office", day, opens, closes, answers.hours) for day in days])
    _fill(rules / "rep_calendars.csv", [("*", "office", "Everybody")])
    _fill(
        rules / "company_domains.csv",
        [(d.lower(), "own_staff", "Our own people") for d in answers.own_domains],
    )
    _fill(rules / "number_format.csv", [("decimal_mark", answers.decimal_mark, "How we write numbers")])
    return targets


def nothing_of_its_own() -> Path:
    """A workspace in which every table is the shipped one."""
    return STARTERS / "none"


def own(name: str, folder: Path, table: RuleFile, *, whole: bool) -> Path:
    """Put a table that comes with Leadwright into the workspace, so that its rows can be changed; the new file.

    Args:
        name: of the table.
        folder: the workspace.
        table: as it counts now.
        whole: take all its rows, and none that a later version brings; else, for reference data, add rows to ours.

    Raises:
        ConfigError: the workspace has it already.
    """
    if table.path.is_relative_to(folder):
        raise ConfigError(f"{table.label} is in the workspace already; edit it there.")
    is_ours = table.path.parent.name == book.ADDED and table.key and not whole
    target = folder / (book.ADDED if is_ours else book.WHOLE) / f"{name}.csv"
    target.parent.mkdir(exist_ok=True)
    if is_ours:
        files.write(target, [column.name for column in table.columns], [])
    else:
        shutil.copyfile(table.path, target)
    return target


def _fill(file: Path, rows: Iterable[Sequence[object]]) -> None:
    """Put `rows` below the header of `file`, in the place of those that are there."""
    header = file.read_text(encoding="utf-8").splitlines()[0]
    with file.open("w", newline="", encoding="utf-8") as text:
        text.write(header + "\n")
        csv.writer(text, lineterminator="\n").writerows(rows)


def _require(fits: bool, said: str, what: str) -> None:
    if not fits:
        raise ConfigError(f"{said!r} is {what}. Nothing was written.")


def _minutes(hours: str) -> tuple[int, int]:
    """Minutes of the day at which work begins and ends."""
    found = [(int(h), int(m)) for h, m in _WHEN.findall(hours)]
    fits = len(found) == 2 and all(h * 60 + m <= 24 * 60 and m < 60 for h, m in found) and found[0] < found[1]
    _require(fits, hours, "no working hours such as 9:00-18:00")
    (opens, first), (closes, last) = found
    return opens * 60 + first, closes * 60 + last


def _weekdays(days: str) -> list[int]:
    """Numbers of weekdays, 1 for Monday: `mon-fri`, `tue,thu`, `sun-thu`."""
    found: list[int] = []
    for part in days.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        _require({first, last or first} <= set(_DAYS), days, "no list of weekdays such as mon-fri or sun-thu")
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        found += [(begin + step) % 7 + 1 for step in range((end - begin) % 7 + 1)]
    return sorted(set(found))
