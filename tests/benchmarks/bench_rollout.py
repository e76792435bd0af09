"""Does the report of a pilot find a true effect that is known? Run it by its path.

In three worlds of the living sandbox. A pilot with half of the leads is drawn by Leadwright itself and read from
`rpt_rollout`, out of what the CRMs show. What is done about the treated group is the grade Hot on their records and a
due time on those that wait for an answer: reps forget fewer of them and answer sooner, and the sandbox's hidden model
makes SQLs of that. The true effect is known, because the same people live twice more: where all are treated, and where
nobody is. Their dice are cast once whatever is done, and there is room for all leads, so that nobody's treatment takes
another's place: how many leads fared in the pilot as in the world of their group is printed. Which leads are cases of a
measure is taken from the report; what became of them in either world, from the hidden truth.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Any

from leadwright import warehouse
from leadwright.connectors.base import Change, FieldSpec
from tests.live_homes import LiveHome, living
from tests.live_worlds import FIELDS, World

STEP = "pilot"
GRADE = "Hot"
DUE = timedelta(minutes=30)
OBJECTS = {"hubspot": "contacts", "salesforce": "Lead"}
_DRAW = "+log_rollout_groups"
_DRAW_AGAIN = "+int_identity__people,resource_type:model int_routing__rollout log_rollout_groups"

Row = Mapping[str, Any]


@dataclass
class Desk:
    """Treats leads: keeps in mind which grades and due times it has written."""

    graded: set[str] = field(default_factory=set)
    due: set[str] = field(default_factory=set)

    def changes(self, rows: Sequence[Row], now: datetime) -> dict[str, list[Change]]:
        """What is to be written about those of `rows` that nobody has answered yet."""
        found: dict[str, list[Change]] = {crm: [] for crm in FIELDS}
        for row in rows:
            person, values = row["person_id"], self._values(row, now)
            if not values:
                continue
            for crm, (_, grade, _, due) in FIELDS.items():
                if record_id := record_of(row, crm):
                    names = {"grade": grade, "due": due}
                    found[crm].append(Change(record_id, {names[n]: v for n, v in values.items()}))
            self.graded.add(person)
            if "due" in values:
                self.due.add(person)
        return found

    def _values(self, row: Row, now: datetime) -> dict[str, Any]:
        person = row["person_id"]
        if _happened(row["touched_at"], now):
            return {}
        values: dict[str, Any] = {} if person in self.graded else {"grade": GRADE}
        if _happened(row["mql_at"], now) and person not in self.due:
            values["due"] = now + DUE
        return values


def record_of(row: Row, crm: str) -> str:
    """A person's record in a CRM; empty where there is none."""
    return str(row[f"{crm}_ids"]).split(";")[0] if row["home"] in (crm, "both") else ""


def _happened(moment: str | None, until: datetime) -> bool:
    return moment is not None and datetime.fromisoformat(moment) <= until


def counterfactual(seed: int, given: argparse.Namespace, treated: bool) -> dict[str, Row]:
    """How everybody fares where all are treated, or nobody is; by person."""
    world, desk = World(seed, given.leads, given.busy), Desk()
    try:
        for _ in range(0, given.days, given.every):
            if treated:
                for crm, changes in desk.changes(world.truth(), world.now()).items():
                    world.write(crm, changes)
            world.advance(given.every)
        return {row["person_id"]: row for row in world.truth()}
    finally:
        world.close()


@dataclass
class Pilot:
    """What came of a pilot.

    Attributes:
        report: the rows of `rpt_rollout` by measure.
        leads: the row of `fct_rollout_leads` of each person who was drawn.
        rows: how everybody fared.
    """

    report: dict[str, Row]
    leads: dict[str, Row]
    rows: dict[str, Row]


def pilot(seed: int, given: argparse.Namespace) -> Pilot:
    """Live through a pilot."""
    with living(seed, given.leads, given.busy) as home:
        header = "rollout_id,valid_from,valid_to,mode,share,segment_id,smallest_difference,smallest_ratio,"
        rules = home.settings.rules_folder / "rules" / "rollout.csv"
        rules.write_text(f"{header}smallest_amount,reason\n{STEP},,,pilot,0.5,,,,,\n", encoding="utf-8")
        connectors = {crm: home.settings.connect(crm) for crm in FIELDS}
        for crm, (_, grade, _, due) in FIELDS.items():
            specs = [FieldSpec(grade, "Leadwright grade", "text"), FieldSpec(due, "Due", "datetime")]
            connectors[crm].ensure_fields(OBJECTS[crm], specs)
        desk = Desk()
        for step in range(0, given.days, given.every):
            home.pull()
            home.build(_DRAW_AGAIN if step else _DRAW)
            treated = treated_records(home)
            rows = [row for row in home.truth() if treated.intersection(keys(row))]
            for crm, changes in desk.changes(rows, home.now()).items():
                for outcome in connectors[crm].push(OBJECTS[crm], changes):
                    assert outcome.status in ("accepted", "skipped"), outcome
            home.advance(timedelta(days=given.every))
        home.pull()
        home.build("+rpt_rollout")
        with warehouse.writer(home.settings.warehouse_file, 5) as db:
            report = {row["measure"]: row for row in warehouse.rows(db, "from marts.rpt_rollout")}
            facts = warehouse.rows(
                db,
                "select r.crm, r.record_id, f.* from intermediate.int_identity__records as r "
                "inner join marts.fct_rollout_leads as f on r.lead_id = f.lead_id",
            )
        by_record = {(row["crm"], row["record_id"]): row for row in facts}
        rows = {row["person_id"]: row for row in home.truth()}
        leads = {
            person: by_record[key] for person, row in rows.items() for key in keys(row) if key in by_record
        }
        return Pilot(report, leads, rows)


def keys(row: Row) -> list[tuple[str, str]]:
    """CRM and id of a person's records."""
    return [(crm, record_id) for crm in FIELDS if (record_id := record_of(row, crm))]


def treated_records(home: LiveHome) -> set[tuple[str, str]]:
    """CRM and id of the records of the treated group."""
    with warehouse.writer(home.settings.warehouse_file, 5) as db:
        rows = db.execute(
            "select r.crm, r.record_id from intermediate.int_identity__records as r "
            "inner join memory.log_rollout_groups as g on r.lead_id = g.lead_id where g.rollout_group = 'treated'"
        ).fetchall()
    return set(rows)


def is_answered(row: Row, lead: Row) -> float:
    """Whether somebody has answered."""
    return float(_happened(row["touched_at"], utc(lead["until_at"])))


def is_sql(row: Row, lead: Row) -> float:
    """Whether it has become an SQL."""
    return float(_happened(row["sql_at"], utc(lead["until_at"])))


def log_minutes(row: Row, lead: Row) -> float | None:
    """The logarithm of the minutes until the answer, from when the lead was ready or was drawn; None without one."""
    if row["mql_at"] is None or not is_answered(row, lead):
        return None
    ready = max(datetime.fromisoformat(row["mql_at"]), utc(lead["drawn_at"]))
    return math.log(max((datetime.fromisoformat(row["touched_at"]) - ready).total_seconds() / 60, 1 / 60))


def utc(moment: datetime) -> datetime:
    """A moment of the warehouse."""
    return moment.replace(tzinfo=UTC)


MEASURES: Mapping[str, tuple[str, Callable[[Row, Row], float | None]]] = {
    "answered": ("is_answered", is_answered),
    "response_minutes": ("is_answered", log_minutes),
    "sql": ("is_sql", is_sql),
    "mql_to_sql": ("is_sql_of_mql", is_sql),
}
"""Measure -> the column of `fct_rollout_leads` that has a value for each of its cases, and what became of a person."""


def true_effect(
    measure: str, found: Pilot, treated: Mapping[str, Row], untreated: Mapping[str, Row]
) -> float:
    """How the cases of a measure fare where all are treated, against where nobody is."""
    column, outcome = MEASURES[measure]
    cases = [person for person, lead in found.leads.items() if lead[column] is not None]
    means = [
        fmean(
            value
            for person in cases
            if person in world and (value := outcome(world[person], found.leads[person])) is not None
        )
        for world in (treated, untreated)
    ]
    effect = means[0] - means[1]
    return math.exp(effect) if measure == "response_minutes" else effect


def agreement(found: Pilot, worlds: Mapping[str, Mapping[str, Row]]) -> str:
    """Of the leads that waited: how many fared as in the world of their group, and how many as the report says."""
    waited = {person: lead for person, lead in found.leads.items() if lead["is_answered"] is not None}
    in_world = in_report = 0
    for person, lead in waited.items():
        row, other = found.rows[person], worlds[lead["rollout_group"]].get(person)
        in_world += other is not None and all(
            each(row, lead) == each(other, lead) for each in (is_answered, is_sql)
        )
        in_report += bool(is_answered(row, lead)) == lead["is_answered"]
    return f"{len(waited)} waited for an answer, {in_world} fared as in their group's world, {in_report} as reported"


def main() -> None:
    """Print interval and truth of each measure in each world, and in how many the one holds the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=3_000)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--every", type=int, default=1, help="days between two writes")
    parser.add_argument("--busy", type=float, default=0.3)
    parser.add_argument(
        "--seeds", type=lambda text: [int(each) for each in text.split(",")], default=[1, 2, 3]
    )
    given = parser.parse_args()
    held = 0
    for seed in given.seeds:
        worlds = {
            "treated": counterfactual(seed, given, True),
            "control": counterfactual(seed, given, False),
        }
        found = pilot(seed, given)
        print(f"{seed}: {len(found.leads):,} people drawn, {agreement(found, worlds)}")
        for measure in MEASURES:
            truth = true_effect(measure, found, worlds["treated"], worlds["control"])
            row = found.report[measure]
            low, high = row["effect_low"], row["effect_high"]
            holds = low is not None and low <= truth <= high
            held += holds
            told = "no interval" if low is None else f"{row['effect']:+.4f} ({low:+.4f} to {high:+.4f})"
            cases = f"{row['treated_count']}/{row['control_count']} cases"
            print(
                f"{seed} {measure:<17} {cases:>16}  {told:<32} truth {truth:+.4f}  {'held' if holds else 'MISSED'}"
            )
        sys.stdout.flush()
    print(f"{held} of {len(given.seeds) * len(MEASURES)} intervals hold the true effect")


if __name__ == "__main__":
    main()
