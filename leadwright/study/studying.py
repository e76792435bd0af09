"""The study of a CRM's history: what there is, what it tells, and which rules would fit."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError, LeadwrightError
from leadwright.learn.leaks.words import Vocabulary
from leadwright.learn.leaks.words import Word as LeakWord
from leadwright.rules import book, own_fields
from leadwright.settings import Settings
from leadwright.study import bands as banding
from leadwright.study import candidates, company, doubts, fields, judging, jumps, proposals, words
from leadwright.study.bench import Bench, Outcome, bench, with_more
from leadwright.study.fields import Candidate
from leadwright.study.judging import Judged
from leadwright.study.report import Report
from leadwright.study.tables import Tables
from leadwright.study.words import Meaning, Word

FOLDER = "proposed"
"""The folder of a workspace in which a study puts what it proposes."""

_WORDS = warehouse.statement(__file__, "words")
_SERIES = warehouse.statement(__file__, "series")
_EFFECTS = warehouse.statement(__file__, "effect_series")
_ENOUGH = 100
"""Leads that came to an outcome: with so many of the dearer one, won business, it is taken before the nearer one."""


def study(
    config: Settings,
    *,
    outcome_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    folder: Path | None = None,
    accept: bool = False,
) -> Report:
    """Study the history that was pulled, and write what is proposed.

    Args:
        config: of the installation; its warehouse is copied and stays as it is.
        outcome_id: a row of learning_outcomes.csv; won business where enough leads have it, where None.
        since, until: learn only from leads and moments from the one on and before the other.
        folder: where to put what is proposed; `proposed` in the workspace where None.
        accept: take it into the workspace instead.

    Raises:
        ConfigError: nothing was built yet, there is no such outcome, or no workspace to take it.
        LockedError: another process kept writing the warehouse.
    """
    if accept and config.workspace is None:
        raise ConfigError("There is no workspace to take the rules into: `leadwright init FOLDER` makes one.")
    with bench(config) as one:
        meanings = [words.meaning(Word(**row)) for row in one.rows(_WORDS)]
        one.tables.add("lead_stages", words.rows(meanings))
        before = company.grades(one)
        own, not_asked = _own_fields(config, one)
        if one.tables.changed:
            changed = list(one.tables.changed)
            one = with_more(one)
            fields.fetch(config, one.settings, one.transform)
            one.build(changed)
        outcome = choose(one.outcomes(), outcome_id)
        report = _studied(one, outcome, (since, until), own, meanings, before, not_asked)
        _propose(one, report, one.target)
        _put(report, one.target, config, folder, accept=accept)
        return report


def accept(report: Report, config: Settings) -> None:
    """Take what a study has proposed into the workspace. Raises ConfigError where there is none."""
    if config.workspace is None or report.folder is None:
        raise ConfigError("There is no workspace to take the rules into: `leadwright init FOLDER` makes one.")
    for name in report.files:
        _move(report.folder, config.workspace, name)
    report.folder, report.accepted = config.workspace, True


def _own_fields(config: Settings, one: Bench) -> tuple[list[Candidate], str]:
    """The company's own fields that rules could look at, declared on the bench; or why none could be looked for."""
    if not config.crms():
        return [], "no CRM is connected, so its own fields were not looked at"
    try:
        found = list(fields.find(config, one.transform))
    except LeadwrightError as error:
        return [], f"its own fields were not looked at: {error}"
    types: dict[str, str] = {}
    for each in found:
        types[each.feature] = each.type if types.get(each.feature, each.type) == each.type else "text"
    alike = [replace(each, type=types[each.feature]) for each in found]
    one.tables.add(own_fields.TABLE, [each.row() for each in alike])
    return alike, ""


def _studied(
    one: Bench,
    outcome: Outcome,
    span: tuple[datetime | None, datetime | None],
    own: Sequence[Candidate],
    meanings: list[Meaning],
    before: list[dict[str, Any]],
    not_asked: str,
) -> Report:
    """All that can be counted."""
    vocabulary = Vocabulary(
        LeakWord(row["found_in"], row["words"], row["speaks_of"]) for row in one.tables.rows("leak_words")
    )
    doubted = doubts.doubts(one, outcome, own, doubts.known(one), vocabulary)
    there = one.tables.rows("score_rules")
    tried = candidates.rules(one, own, doubted, there)
    tried = _usable(one, there, tried)
    _load(one, [*there, *tried])
    one.look(outcome, *span)
    totals = one.totals()
    fills = company.fills(one)
    unknown = {row["feature"] for row in fills if row["past_is"] not in ("exact", "captured")}
    judged = judging.judge(
        one, [*there, *tried], {row["rule_id"] for row in tried}, totals["converted"], unknown
    )
    empty = {row["feature"] for row in fills if not row["leads"] and row["kind"] in ("trait", "answer")}
    return Report(
        as_of=one.as_of,
        leads=one.rows("select count(*) as n from marts.dim_leads")[0]["n"],
        outcome=outcome,
        outcomes=one.outcomes(),
        looked_at=totals["leads"],
        converted=totals["converted"],
        first_at=totals["first_at"],
        last_at=totals["last_at"],
        meanings=meanings,
        owners=company.owners(one),
        domains=company.domains(one),
        sources=company.sources(one),
        fills=fills,
        dates=company.dates(one),
        own_fields=list(own),
        not_asked=not_asked,
        doubted=doubted,
        judged=judged,
        unused={r["rule_id"]: f"no lead has {r['feature']}" for r in there if r["feature"] in empty},
        jumps=_jumps(one, judged, doubted),
        grades_before=before,
    )


def _jumps(one: Bench, judged: Sequence[Judged], doubted: Mapping[str, str]) -> list[jumps.Jump]:
    """What changed in some month."""
    asked = {
        "as_of": one.as_of.replace(tzinfo=None),
        "fewest": candidates.FEWEST * 5,
        "left_out": list(doubted),
    }
    labels = {j.row["rule_id"]: j.row["label"] for j in judged}
    chosen = [j.row["rule_id"] for j in judged if j.effect]
    effects = one.rows(_EFFECTS, {"chosen": chosen}) if chosen else []
    return [
        *jumps.of_shares(one.rows(_SERIES, asked), {"outcome": "the share of leads that convert"}),
        *jumps.of_effects(effects, labels),
    ]


def choose(outcomes: Sequence[Outcome], wanted: str | None) -> Outcome:
    """The outcome to study: the one that is named; else the dearest that enough leads came to, or the most had.

    Raises:
        ConfigError: there is none of that name, or none at all.
    """
    if wanted is not None:
        if found := next((o for o in outcomes if o.outcome_id == wanted), None):
            return found
        known = ", ".join(o.outcome_id for o in outcomes)
        raise ConfigError(f"There is no outcome {wanted!r} in learning_outcomes.csv; one of: {known}.")
    if not outcomes:
        raise ConfigError("learning_outcomes.csv names no outcome.")
    dearest = sorted(outcomes, key=lambda o: o.stage != "won")
    return next((o for o in dearest if o.count >= _ENOUGH), max(dearest, key=lambda o: o.count))


def _usable(
    one: Bench, there: Sequence[Mapping[str, str]], tried: Sequence[dict[str, str]]
) -> list[dict[str, str]]:
    """Those of the rules to be tried that are rules: a CRM's value can be spelled as no rule may spell it."""
    one.tables.replace(
        "score_groups", proposals.score_groups([*there, *tried], one.tables.rows("score_groups"))
    )
    one.tables.replace("score_rules", [*there, *tried])
    wrong = one.tables.wrong_rows("score_rules", one.transform.rule_faults())
    return [row for place, row in enumerate(tried, len(there)) if place not in wrong]


def _load(one: Bench, rows: Sequence[Mapping[str, str]]) -> None:
    """Make `rows` the rules of the bench. Raises ConfigError where one is no rule: that would be our fault."""
    groups = proposals.score_groups(rows, one.tables.rows("score_groups"))
    one.tables.replace("score_groups", groups)
    one.tables.replace("score_rules", rows)
    if faults := one.transform.rule_faults():
        raise ConfigError("\n".join(["Rules that were to be tried have faults:", *map(str, faults[:10])]))
    one.load(["score_groups", "score_rules"])


def _propose(one: Bench, report: Report, target: Tables) -> None:
    """Put what is proposed into the tables of `target`."""
    target.add("lead_stages", words.rows(report.meanings))
    target.add("company_domains", company.domain_rows(report.domains))
    target.add("routing_pool", company.pool_rows(report.owners, target.rows("routing_pool")))
    target.add("routing_from", company.routed_from_rows(report.owners, target.rows("routing_from")))
    if not report.is_enough:
        return
    rows = proposals.score_rules(report.judged, report.unused, report.outcome)
    kept = [j.row["rule_id"] for j in report.judged if j.counts]
    if first := proposals.start(rows, proposals.sums(one, rows, kept)):
        rows.insert(0, first)
    _load(one, rows)
    one.build(["score_groups", "score_rules"])
    cells = proposals.cells(one)
    used = {row["feature"] for row in rows}
    target.add(own_fields.TABLE, [c.row() for c in report.own_fields if c.feature in used])
    target.replace("score_rules", rows)
    target.replace("score_groups", one.tables.rows("score_groups"))
    if found := banding.find(cells, proposals.shape(one.tables.rows("grade_shape"))):
        report.bands = found.grid
        for name, of_name in (
            (
                "score_dimensions",
                proposals.score_dimensions(one.tables.rows("score_dimensions"), found, report.leads),
            ),
            ("grades", proposals.grades(one.tables.rows("grades"), one.tables.rows("grade_scale"), found)),
        ):
            one.tables.replace(name, of_name)
            target.replace(name, of_name)
        one.build(["score_dimensions", "grades"])
    report.grades_after = company.grades(one)


def _put(report: Report, target: Tables, config: Settings, folder: Path | None, *, accept: bool) -> None:
    """Write the changed tables into the workspace, or beside it."""
    place = folder or (config.workspace or config.home) / FOLDER
    if accept:
        assert config.workspace is not None
        place, report.accepted = config.workspace, True
    elif folder is None:
        _clear(place)
    report.files = [str(path.relative_to(target.folder)) for path in target.changed.values()]
    for name in report.files:
        _move(target.folder, place, name)
    report.folder = place


def _clear(place: Path) -> None:
    """Remove what an earlier study proposed."""
    for part in (book.WHOLE, book.ADDED):
        for file in (place / part).glob("*.csv"):
            file.unlink()
    (place / own_fields.FILE).unlink(missing_ok=True)


def _move(source: Path, target: Path, name: str) -> None:
    """Put a table into the place of another one, at once."""
    file = target / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.parent.name == book.WHOLE:
        (target / book.ADDED / file.name).unlink(missing_ok=True)
    draft = file.with_suffix(".new")
    shutil.copyfile(source / name, draft)
    draft.replace(file)
