"""Guard rails: what a run must not write without being asked, and what it must not write at all.

A person can judge an effect, so he is asked about it. Nobody can judge a plan that was computed from half a build or
from what a CRM showed days ago; that is an error, and the next run mends it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from leadwright import warehouse
from leadwright.connectors.errors import GuardrailError
from leadwright.formatting import count, moment
from leadwright.pull import loads
from leadwright.settings import Settings
from leadwright.writeback import approvals
from leadwright.writeback.approvals import Cover, Reason, Stop
from leadwright.writeback.limits import Limits
from leadwright.writeback.plans import Plan

_EFFECTS = warehouse.statement(__file__, "guards_effects")
_FIRST = warehouse.statement(__file__, "guards_first")
_SCORED = warehouse.statement(__file__, "guards_scored")

_CHAMPION = warehouse.statement(__file__, "guards_champion")

_CHANGED_LIMIT = "changed_rules_at_most"
_LOGS_OF_RULES = (("log_rule_sets", "set_number"), ("log_routing_sets", "version_number"))


def require_ready(crms: Collection[str], limits: Limits, settings: Settings) -> None:
    """See that what is to be written was built whole, from what the CRMs showed lately.

    Raises:
        GuardrailError: it was not.
    """
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        if not loads.is_whole(db):
            raise GuardrailError(
                "Nothing is written: the last build failed or was killed, so what would be written is not whole. "
                "`leadwright transform` or `leadwright run` builds it anew and says what fails."
            )
        pulls = loads.last_pulls(db)
    oldest = datetime.now(UTC) - timedelta(hours=limits.source_hours)
    for crm in crms:
        if crm not in pulls or pulls[crm] < oldest:
            when = f"was last pulled {moment(pulls[crm])}" if crm in pulls else "was never pulled"
            raise GuardrailError(
                f"Nothing is written: {crm} {when}, and scores of what it showed more than {limits.source_hours:g} "
                "hours ago are not sent. `leadwright run` pulls first; source_hours in leadwright.toml is the limit."
            )


def asked(plan: Plan, limits: Limits, settings: Settings) -> list[Reason]:
    """What `plan` would be asked about."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        approvals.ensure(db)
        db.register("planned", plan.rows)
        first = approvals.accounts_asked_about(db)
        return list(_reasons(db, limits, approvals.latest(db), first, _what_changed(db)))


def examine(plan: Plan, run_id: str, limits: Limits, settings: Settings) -> Stop | None:
    """Why `plan` is not sent without being asked about; None where it may be. Either is noted in `ops.plans`."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        approvals.ensure(db)
        db.register("planned", plan.rows)
        rules_version, changed = _rules_version(db), _what_changed(db)
        known = approvals.accounts_asked_about(db)
        reasons = list(_reasons(db, limits, approvals.latest(db), known, changed))
        if not reasons:
            approvals.note_passed(db, run_id, plan, rules_version)
            return None
        stop = approvals.waiting(db)
        # a plan of other rules is another one, also where nothing of it was ever written: it must be seen
        same_rules = stop is not None and stop.rules_version == rules_version
        if stop and same_rules and not _goes_further(db, plan, stop, limits, known, changed):
            return approvals.note_stopped(db, run_id, plan, rules_version, reasons, stop)
        return approvals.note_stopped(db, run_id, plan, rules_version, reasons, None)


def records_left(plan: Plan, limits: Limits, settings: Settings) -> int | None:
    """How many records this run may send; None where there is no limit, or fewer differ."""
    most = [limits.records_per_run] if limits.records_per_run else []
    if limits.records_per_day:
        with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
            (sent,) = db.execute(
                "select count(*) from ops.writes where sent_at > now() - interval 24 hour "
                "and status in ('accepted', 'unknown', 'sending')"
            ).fetchone() or (0,)
        most.append(max(limits.records_per_day - sent, 0))
    return min(most) if most and min(most) < plan.record_count else None


def _goes_further(
    db: warehouse.Connection, plan: Plan, stop: Stop, limits: Limits, known: set[str], changed: str
) -> bool:
    """Whether a plan changes more than one that waits, by more than is asked about."""
    if plan.with_owners != stop.with_owners:
        return True
    cover = Cover(stop.run_id, stop.made_at)
    told = {reason.subject for reason in stop.reasons if reason.code == "first_write"}
    return any(_reasons(db, limits, cover, known | told, changed))


def _reasons(
    db: warehouse.Connection, limits: Limits, cover: Cover, known: Collection[str], changed: str
) -> Iterator[Reason]:
    """What in the relation `planned` is to be asked about, but for what `cover` has; `changed` says what did."""
    if limits.ask_before_first:
        yield from _first_writes(db, known)
    scored: Mapping[str, int] = dict(db.execute(_SCORED).fetchall())
    given = {"covered_run": cover.run_id, "covered_since": cover.since, "points": limits.score_points}
    for row in warehouse.rows(db, _EFFECTS, given):
        for code, (share, name) in _shares(limits, has_changed=bool(changed)).items():
            of = scored[row["subject"]]
            if row[code] > max(limits.always_allowed, share * of):
                why = f"{changed} since the last write, and " if name == _CHANGED_LIMIT else ""
                yield Reason(code, row["subject"], _told(code, row, of, share, name, limits, why))


def _shares(limits: Limits, *, has_changed: bool) -> Mapping[str, tuple[float, str]]:
    """What is counted -> the share that is allowed, and the name of that limit."""
    names = {"owner": "owners_at_most", "grade": "grades_at_most", "score": "scores_at_most"}
    usual = {code: (getattr(limits, name), name) for code, name in names.items()}
    others = {
        "task": (limits.tasks_at_most, "tasks_at_most"),
        "list": (limits.lists_at_most, "lists_at_most"),
    }
    if not has_changed:
        return {**usual, **others}
    changed = (limits.changed_rules_at_most, _CHANGED_LIMIT)
    return {**{code: min(changed, one) for code, one in usual.items()}, **others}


_WOULD = {"task": "get a task", "list": "be put on a list or taken off one"}
_FIRST_OF = {
    "": "Nothing was ever written to {crm}; this would write",
    "tasks": "No task was ever made in {crm}; this would make",
    "lists": "Nobody was ever put on a list of {crm}, or into a campaign; this would write",
}


def _told(
    code: str, row: Mapping[str, int], of: int, share: float, name: str, limits: Limits, why: str
) -> str:
    if code in _WOULD:
        return (
            f"{count(row[code])} of {count(of)} {row['subject']} would {_WOULD[code]}; more than {100 * share:.3g}% "
            f"({name}) is asked about."
        )
    by = f" by more than {limits.score_points} points" if code == "score" else ""
    return (
        f"{count(row[code])} of {count(of)} {row['subject']} would get another {code}{by}; {why}"
        f"more than {100 * share:.3g}% ({name}) is asked about."
    )


def _first_writes(db: warehouse.Connection, known: Collection[str]) -> Iterator[Reason]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for subject, crm, name, kind, records, owners in db.execute(_FIRST).fetchall():
        with_owner = f" ({count(owners)} with a new owner)" if owners else ""
        found.setdefault((subject, crm, kind), []).append(f"{count(records)} {name}{with_owner}")
    for (subject, crm, kind), parts in found.items():
        if subject not in known:
            what = _FIRST_OF[kind].format(crm=crm)
            yield Reason("first_write", subject, f"{what} {', '.join(parts)}.")


def _what_changed(db: warehouse.Connection) -> str:
    """What changed since a plan last passed: rules, or which model makes the score; empty where nothing did."""
    before, now = approvals.rules_of_last_write(db), _rules_version(db)
    if before is None or before == now:
        return ""
    # a version from before there were champions has two parts
    then, champion = (version.split("/")[2:] for version in (before, now))
    if then == champion:
        return "rules changed"
    return f"the model {champion[0][:8]} became champion" if champion else "the rules make the score again"


def _rules_version(db: warehouse.Connection) -> str:
    """Which sets of score and routing rules the plan was made with, and which champion, where one makes the score."""
    numbers = [
        (db.execute(f"select max({column}) from memory.{table}").fetchone() or (None,))[0]
        for table, column in _LOGS_OF_RULES
        if warehouse.columns(db, "memory", table)
    ]
    is_there = warehouse.columns(db, "intermediate", "int_scoring__champions")
    champion = [model for (model,) in db.execute(_CHAMPION).fetchall()] if is_there else []
    return "/".join([*(str(number or 0) for number in numbers), *champion])
