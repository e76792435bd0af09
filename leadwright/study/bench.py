"""The copy of an installation on which a study counts: its own rules and fields, tried by the models that score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.settings import Settings
from leadwright.study.evidence import Counts, Pattern
from leadwright.study.tables import Tables
from leadwright.transform import preview
from leadwright.transform.project import Transform
from leadwright.trials import sets

MOST_MONTHS = 24
_AT_ONCE = 250_000
"""Pairs of lead and moment that one build makes features of."""
_LONG_AGO, _FAR_AHEAD = datetime(1900, 1, 1), datetime(9999, 1, 1)
_SOONEST_DAYS = 14

_OUTCOMES = warehouse.statement(__file__, "outcomes")
_SOON = warehouse.statement(__file__, "soon")
_MONTHS = warehouse.statement(__file__, "months")
_BEGIN = warehouse.statement(__file__, "evidence_begin")
_MOMENTS = warehouse.statement(__file__, "evidence_moments")
_HITS = warehouse.statement(__file__, "evidence_hits")
_COUNTS = warehouse.statement(__file__, "evidence_counts")
_PATTERNS = warehouse.statement(__file__, "evidence_patterns")
_TOTALS = warehouse.statement(__file__, "evidence_totals")
_MART = "fct_lead_scores"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What leads may come to.

    Attributes:
        basis: dated, or cohort where most have no date: then the final outcome counts.
        dated_count, undated_count: leads that came to it, with and without a date.
        as_of: the moment of the build.
    """

    outcome_id: str
    stage: str
    horizon_days: int
    basis: str
    dated_count: int
    undated_count: int
    as_of: datetime

    @property
    def verb(self) -> str:
        """As a reason says it."""
        return "won" if self.stage == "won" else f"became {self.stage.upper()}"

    @property
    def count(self) -> int:
        """Leads that came to it."""
        return self.dated_count if self.basis == "dated" else self.dated_count + self.undated_count


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with what became of the leads that it held for.

    Attributes:
        kind: `who` a lead is, counted once for each lead at its creation, or what it `does`, counted at months.
    """

    rule_id: str
    kind: str
    counts: Counts


@dataclass(frozen=True)
class Bench:
    """A copy that anything may be built on.

    Attributes:
        settings: of the copy; its workspace is `tables.folder`.
        tables: the rules that are tried.
        target: the rules that are proposed: nothing is built of them.
        as_of: the moment of the last build.
    """

    settings: Settings
    transform: Transform
    tables: Tables
    target: Tables
    as_of: datetime

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Rows of a query on the copy."""
        with warehouse.writer(self.settings.warehouse_file, self.settings.lock_wait_seconds) as db:
            return warehouse.rows(db, sql, parameters or {})

    def build(self, names: Sequence[str]) -> None:
        """Load the tables `names` and build what they lead to, up to the scores."""
        with warehouse.writer(self.settings.warehouse_file, self.settings.lock_wait_seconds) as db:
            for table in self.transform.raw_tables():
                warehouse.ensure_table(db, table.schema, table.name, table.columns)
        begins, ends = list(names), [_MART]
        if "own_fields" in names:  # their values are read by names that dbt is given, not by the table
            begins += ["unified_own_values"]
        if {"own_fields", "lead_stages"} & set(names):
            ends += [
                "int_learning__feature_pasts",
                "int_learning__outcomes",
                "dim_leads",
                "fct_opportunities",
            ]
        wanted = [*begins, *(f"{name}+,+{end}" for name in begins for end in ends)]
        if "own_fields" in names:
            wanted += ["+unified_own_values,path:models/staging", "feature_catalogue"]
        self.transform.build(select=" ".join(wanted), as_of=self.as_of, tests=False)

    def load(self, names: Sequence[str]) -> None:
        """Load tables of rules, and build no more than what asks whether a rule holds."""
        self.transform.build(
            select=" ".join([*names, "int_scoring__rule_conditions"]), as_of=self.as_of, tests=False
        )

    def outcomes(self) -> list[Outcome]:
        """What leads may come to, in the order of learning_outcomes.csv."""
        return [Outcome(**row) for row in self.rows(_OUTCOMES)]

    def look(self, outcome: Outcome, since: datetime | None = None, until: datetime | None = None) -> None:
        """Look at what the rules of `tables` said at past moments, and at what became of the leads.

        Args:
            outcome: what counts as having become something.
            since, until: moments before the one and from the other on are left out; where None, all whose outcome
                is known count.
        """
        soon = self._soon(outcome)
        asked = {
            "stage": outcome.stage,
            "horizon_days": outcome.horizon_days,
            "basis": outcome.basis,
            "as_of": outcome.as_of,
            "soon_days": soon,
            "since": since.replace(tzinfo=None) if since else _LONG_AGO,
            "until": until.replace(tzinfo=None) if until else _FAR_AHEAD,
        }
        with warehouse.writer(self.settings.warehouse_file, self.settings.lock_wait_seconds) as db:
            db.execute(_BEGIN)
        for months in self._batches(outcome, soon):
            self.transform.build_examples(months, self.as_of, with_rules=True, with_creations=True)
            with warehouse.writer(self.settings.warehouse_file, self.settings.lock_wait_seconds) as db:
                db.execute(_MOMENTS, asked)
                db.execute(_HITS)

    def _soon(self, outcome: Outcome) -> int:
        """Days within which most who come to an outcome have done so, at most its horizon."""
        if outcome.basis == "cohort":
            return outcome.horizon_days
        days = self.rows(_SOON, {"stage": outcome.stage})[0]["days"]
        return outcome.horizon_days if days is None else min(outcome.horizon_days, max(_SOONEST_DAYS, days))

    def _batches(self, outcome: Outcome, soon: int) -> Iterator[list[datetime]]:
        """Beginnings of months that are built together."""
        last = outcome.as_of - timedelta(days=soon)
        created = self.rows(_MONTHS, {"last": last})[-MOST_MONTHS:]
        batch, size, so_far = list[datetime](), 0, 0
        for row in created:
            so_far += row["lead_count"]
            pairs = row["lead_count"] + (so_far if outcome.basis == "dated" else 0)
            if batch and size + pairs > _AT_ONCE:
                yield batch
                batch, size = [], 0
            batch.append(row["month_at"])
            size += pairs
        if batch:
            yield batch

    def evidence(self) -> list[Rule]:
        """Every rule of fit and intent with what became of its leads, as `look` found it."""
        return [
            Rule(row.pop("rule_id"), row.pop("kind"), Counts(**row))
            for row in ({**r, "rate": float(r["rate"])} for r in self.rows(_COUNTS))
        ]

    def patterns(self, chosen: Sequence[str]) -> dict[str, list[Pattern]]:
        """By kind, which of the `chosen` rules held together, and what became of the leads."""
        found: dict[str, list[Pattern]] = {"who": [], "does": []}
        for row in self.rows(_PATTERNS, {"chosen": list(chosen)}):
            rules = tuple(row["rules"].split("|")) if row["rules"] else ()
            found[row["kind"]].append(Pattern(rules, float(row["leads"]), float(row["converted"])))
        return found

    def totals(self) -> dict[str, Any]:
        """Leads that were looked at and how many of them converted, and the first and last moment of creation."""
        return self.rows(_TOTALS)[0]


@contextmanager
def bench(config: Settings) -> Iterator[Bench]:
    """A copy with the workspace's own rules, gone afterwards.

    Raises:
        ConfigError: nothing was built yet, or the rules have faults.
        LockedError: another process kept writing the warehouse.
    """
    with preview.trial(config) as copy, preview.scratch(config) as folder:
        as_of = _built_at(copy)
        parsed = Transform(config)  # in the own home, where dbt keeps what it has parsed
        tried, target = (
            sets.lay_out(None, copy, parsed, folder / name).workspace for name in ("tried", "target")
        )
        settings = copy.model_copy(update={"workspace": tried})
        transform = Transform(settings, parsed.manifest())
        beside = Tables(target, sets.of(target, copy, parsed))
        yield Bench(settings, transform, Tables(tried, transform), beside, as_of)


def with_more(one: Bench) -> Bench:
    """The bench after a table was added to its workspace: what is pulled may be more."""
    transform = Transform(one.settings, one.transform.manifest())
    return replace(one, transform=transform, tables=Tables(one.tables.folder, transform))


def _built_at(config: Settings) -> datetime:
    """The moment of the last build. Raises ConfigError where there was none."""
    with warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db:
        there = warehouse.columns(db, "marts", "fct_lead_scores")
        found = warehouse.rows(db, "select max(as_of) as at from marts.fct_lead_scores") if there else []
    if not found or found[0]["at"] is None:
        raise ConfigError(
            "There is no history to study yet: `leadwright ingest` pulls it and `leadwright transform` builds it; "
            "neither writes to a CRM."
        )
    at: datetime = found[0]["at"]
    return at.replace(tzinfo=UTC)
