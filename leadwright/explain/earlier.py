"""Why a lead had the score it had at an earlier moment, and what changed between two moments.

The score is computed again as of the moment, by the rules that are live and were in force then, in a copy of the
warehouse. What the CRM really showed that day stands in the log of scores; both are given, and whether they agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.explain.now import find, merged_away, sums
from leadwright.settings import Settings
from leadwright.transform.preview import trial
from leadwright.transform.project import Transform

_SELECT = "int_scoring__moments+,+int_scoring__next_actions int_scoring__moments+,+int_scoring__contributions"
_LEAD = warehouse.statement(__file__, "earlier_lead")
_SCORE = warehouse.statement(__file__, "earlier_score")
_CONTRIBUTIONS = warehouse.statement(__file__, "earlier_contributions")
_RECORDED = warehouse.statement(__file__, "earlier_recorded")
_CHANGES = warehouse.statement(__file__, "earlier_changes")
_RULE_SET = warehouse.statement(__file__, "earlier_rule_set")
_RULES_SINCE = warehouse.statement(__file__, "earlier_rules_since")

TRAITS_NOTE = (
    "Who the lead is (title, company, country) is as the last run before the moment saw it; before the first run, as "
    "that run saw it. Counts that a CRM keeps without dates (visits, pages) are known only from the run that saw them."
)


def parse_moment(text: str) -> datetime:
    """A moment in UTC from `2026-05-31` (its end), `2026-05-31 14:30` or ISO 8601 with a time zone.

    Raises:
        ConfigError: it is none of these.
    """
    try:
        moment = _end_of_day(text.strip()) or datetime.fromisoformat(text.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # a zone may move a moment out of the years that there are
        raise ConfigError(
            f"{text!r} is no moment. Write 2026-05-31, '2026-05-31 14:30' (UTC) or 2026-05-31T14:30:00+02:00."
        ) from None
    return moment.replace(microsecond=0)  # as the moments that scores are built for


def _end_of_day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59))
    except ValueError:
        return None


def last_run_at(config: Settings) -> datetime:
    """The moment of the last run, which is as far as anything is known. Raises ConfigError where there was none."""
    with warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db:
        found = (
            db.execute("select max(as_of) from marts.fct_lead_scores").fetchall()
            if warehouse.columns(db, "marts", "fct_lead_scores")
            else [(None,)]
        )
    if found[0][0] is None:
        raise ConfigError("Nothing has been scored yet. Run `leadwright run` first.")
    return found[0][0].replace(tzinfo=UTC)  # type: ignore[no-any-return]


def explain_at(key: str, at: str, config: Settings) -> dict[str, Any]:
    """The score of a lead as of a moment, with contributions that add up to it.

    Args:
        key: e-mail address, lead id, or a CRM's record id.
        at: the moment, as `parse_moment` reads it.
        config: says where the warehouse is; it is not changed.

    Returns:
        `lead` (who it is, and its score then), `as_of`, `contributions`, `sums`; `recorded` (the row of the log
        that was shown that day, or None) and `agrees`; `rule_set` (the one live that day, or None) and
        `rules_changed_since`; `merged` as `explain.merged_away` gives it: what was shown before is the log of the
        id asked for; `notes`.

    Raises:
        ConfigError: no such lead, no such moment, a moment after the last run or before the lead was there, or
            nothing has been run yet.
    """
    return _explain(key, [parse_moment(at)], config)[0]


def explain_between(key: str, begin: str, end: str | None, config: Settings) -> dict[str, Any]:
    """What changed about a lead between two moments, line by line; `end` None is the last run.

    Returns:
        `lead`, `before` and `after` (each as `explain_at` gives it), `contributions` (both sides' points and their
        difference; the sum of the differences is the difference of the scores), `changes` (the log between, that of the
        id asked for too where it was merged away), `merged`.

    Raises:
        ConfigError: as `explain_at`, or `end` is not after `begin`.
    """
    first = parse_moment(begin)
    last = parse_moment(end) if end is not None else None
    if last is not None and last <= first:
        raise ConfigError(f"{end} is not after {begin}: give the earlier moment first.")
    before, after = _explain(key, [first, last], config)
    return {
        "lead": {name: before["lead"][name] for name in ("lead_id", "full_name", "company_name")},
        "before": before,
        "after": after,
        "contributions": side_by_side(before["contributions"], after["contributions"]),
        "difference": after["lead"]["score"] - before["lead"]["score"],
        "changes": after.pop("changes"),
        "merged": before["merged"],
        "notes": before["notes"],
    }


def side_by_side(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Contributions of two sides by line: `before`, `after`, `difference`, and what the line is about.

    A line is a rule, a group's cap, or a dimension's rounding or limit; the largest differences come first.
    """
    lines: dict[tuple[Any, ...], dict[str, Any]] = {}
    for side, rows in (("before", before), ("after", after)):
        for row in rows:
            about = {name: row[name] for name in ("dimension", "kind", "rule_id", "signal_group")}
            line = lines.setdefault(
                tuple(about.values()), {**about, "label": "", "before": Decimal(0), "after": Decimal(0)}
            )
            line["label"] = row["label"]
            line[side] += row["points"]
    for line in lines.values():
        line["difference"] = line["after"] - line["before"]
    return sorted(lines.values(), key=lambda one: (-abs(one["difference"]), one["dimension"], one["label"]))


def _explain(key: str, moments: list[datetime | None], config: Settings) -> list[dict[str, Any]]:
    """Each moment explained; None is the last run's. The last has the log between the first and it besides."""
    with trial(config) as copy:
        known_until = last_run_at(copy)
        asked = [moment or known_until for moment in moments]
        with warehouse.writer(copy.warehouse_file, copy.lock_wait_seconds) as db:
            lead = warehouse.rows(db, _LEAD, {"lead_id": find(key, db)})[0]
            merged = merged_away(key, db)
        for moment in asked:
            _require_known(moment, lead["created_at"].replace(tzinfo=UTC), known_until)
        past = [moment for moment in asked if moment < known_until]
        if past:
            project = Transform(config).manifest()  # in the own home, where dbt keeps what it has parsed
            Transform(copy, project).build(select=_SELECT, as_of=known_until, moments=past, tests=False)
        with warehouse.writer(copy.warehouse_file, copy.lock_wait_seconds) as db:
            found = [_explained(db, lead, moment, merged) for moment in asked]
            span = {
                "lead_id": lead["lead_id"],
                "logged_as": merged["lead_id"] if merged else None,
                "begins_at": asked[0].replace(tzinfo=None),
                "ends_at": asked[-1].replace(tzinfo=None),
            }
            found[-1]["changes"] = warehouse.rows(db, _CHANGES, span)
    return found


def _require_known(moment: datetime, created_at: datetime, known_until: datetime) -> None:
    if moment > known_until:
        raise ConfigError(
            f"{moment:%Y-%m-%d %H:%M} UTC is after the last run ({known_until:%Y-%m-%d %H:%M} UTC); what happened "
            "since is not known. Give an earlier moment, or run `leadwright run` first."
        )
    if moment < created_at:
        raise ConfigError(
            f"The lead was not there yet at {moment:%Y-%m-%d %H:%M} UTC: "
            f"it was added on {created_at:%Y-%m-%d %H:%M} UTC. Give a later moment."
        )


def _explained(
    db: warehouse.Connection, lead: Mapping[str, Any], at: datetime, merged: Mapping[str, Any] | None
) -> dict[str, Any]:
    moment = at.replace(tzinfo=None)  # the warehouse keeps moments in UTC without a zone
    score = warehouse.rows(db, _SCORE, {"lead_id": lead["lead_id"], "as_of": moment})
    if not score:
        raise ConfigError(
            f"The lead has no score as of {at:%Y-%m-%d %H:%M} UTC. Give a later moment, or run `leadwright run` first."
        )
    contributions = warehouse.rows(db, _CONTRIBUTIONS, {"lead_id": lead["lead_id"], "as_of": moment})
    logged_as = merged["lead_id"] if merged and moment < merged["merged_at"] else lead["lead_id"]
    recorded = next(iter(warehouse.rows(db, _RECORDED, {"lead_id": logged_as, "moment": moment})), None)
    rule_set = next(iter(warehouse.rows(db, _RULE_SET, {"moment": moment})), None)
    changed = warehouse.rows(db, _RULES_SINCE, {"set_number": rule_set["set_number"]}) if rule_set else []
    shown = ("fit_score", "intent_score", "grade")
    return {
        "lead": {**lead, **score[0]},
        "as_of": at,
        "contributions": contributions,
        "sums": sums(contributions),
        "recorded": recorded,
        "agrees": recorded is not None and all(recorded[n] == score[0][n] for n in shown),
        "rule_set": rule_set,
        "rules_changed_since": [f"{row['kind']} {row['row_key']}" for row in changed],
        "merged": merged,
        "notes": [TRAITS_NOTE],
    }
