"""Sends the rows of the sync models to the CRMs and keeps the ledger of every row's fate.

What to write is decided in SQL; this module only ships it. A row is noted as `sending` before it goes out, so a
run that is killed leaves a trace: the next run marks such rows `unknown`, and the next pull shows the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from leadwright import tenants, warehouse
from leadwright.connectors.base import (
    MEMBERSHIPS,
    Change,
    Connector,
    MakesTasks,
    NewTask,
    Ours,
    Outcome,
    TakesMany,
    Value,
)
from leadwright.connectors.errors import ConfigError, DailyLimitError, GuardrailError, UnavailableError
from leadwright.pull.loads import built_on
from leadwright.settings import Settings
from leadwright.transform.tables import Making, RawTable, SyncModel
from leadwright.writeback import echo, rejects
from leadwright.writeback.ledger import Entry, Ledger

_OURS = warehouse.statement(__file__, "sending_ours")

_CHUNK = 1_000
"""Changes between two notes in the ledger: the most that one killed run can leave as unknown."""

_PIECE = 200
"""Changes between two looks whether writing is paused: two calls of HubSpot's. A CRM that takes many gets more."""

_TOO_MANY = 10
"""Records that are refused without one that is accepted, from which on the set-up is wrong and not the records."""

_LATELY_DAYS = 7
"""A CRM that has accepted a record of the object within so many days is set up well; what it refuses are records."""

IsPaused = Callable[[], bool]

OnOutcomes = Callable[[str, int], None]
"""Called with a sync model's title and the number of rows that were answered."""


@dataclass(slots=True)
class Written:
    """What became of one sync model's rows.

    Attributes:
        planned: rows that differ from what the CRM shows.
        held_back: those of them that this run leaves to the next: there is a limit, or writing was paused.
        new_owners: record id -> owner that the record would get, as the CRM names him.
        fields: how many of those rows change each CRM field.
        outcomes: rows by status; see `connectors.base.Outcome`.
        reasons: rows that were not accepted by code, and those of which some values were not.
        created_fields: CRM fields that were missing and are there now.
        interrupted: rows of an earlier run that was killed while it sent them.
        put_off: why rows were left for a later run: the calls of the day are used up.
        accepted_lately: the CRM has accepted records of this object within the last days, this run included.
    """

    model: str
    crm: str
    object: str
    planned: int = 0
    held_back: int = 0
    new_owners: dict[str, str] = field(default_factory=dict)
    fields: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    created_fields: list[str] = field(default_factory=list)
    interrupted: int = 0
    put_off: str | None = None
    accepted_lately: bool = False

    def plan(self, entries: Sequence[Entry], guarded: Sequence[str] = ()) -> None:
        """Count what `entries` would change, and note what is to stand in the owner's field, one of `guarded`."""
        self.planned = len(entries)
        self.fields.update(name for entry in entries for name in entry.after)
        self.new_owners.update(
            (entry.record_id, str(entry.after[name]))
            for entry in entries
            for name in guarded
            if name in entry.after
        )

    def require_some_accepted(self) -> None:
        """Raise where none of many records arrived for a reason that is not theirs.

        Raises:
            GuardrailError: the CRM refused them all and has accepted none lately: the set-up is wrong.
            UnavailableError: its answers to all of them say nothing.
        """
        sent = self.planned - self.held_back
        if sent < _TOO_MANY or self.put_off:
            return
        if self.outcomes["rejected"] == sent and not self.accepted_lately:
            code, count = self.reasons.most_common(1)[0]
            raise GuardrailError(
                f"{self.crm} refused all {sent:,} {self.object} records, {count:,} of them with {code}, and "
                f"has accepted none in {_LATELY_DAYS} days. The reasons are in ops.writes; `leadwright doctor` checks "
                "permissions and fields."
            )
        if self.outcomes["unknown"] == sent:
            raise UnavailableError(
                f"{self.crm} did not say what it made of any of {sent:,} {self.object} records. What it "
                "stored shows the next pull; run again. A proxy in between may swallow its answers."
            )


def planned_entries(db: warehouse.Connection, model: SyncModel) -> list[Entry]:
    """The writes that `model` asks for, each with only the fields that differ, in the order of record ids.

    What the CRM has accepted since the pull that was built on is not asked for again: the model compares with that.
    Neither is what it refused within a day and nobody has changed since, so that a record that breaks a rule of the
    CRM's own is not sent in every run; but what was refused because the set-up was wrong goes out as soon as that may
    be mended, and so does what somebody asks for (`rejects.retry`).
    """
    if not warehouse.columns(db, model.schema, model.name):
        raise ConfigError("Nothing is scored yet. Run `leadwright run`, or `leadwright transform` first.")
    warehouse.ensure_table(db, "ops", "retries", rejects.RETRIES)
    keys = ["record_id", model.subject, "payload_hash", "record_changed_at"]
    before = ["null" if model.making else f's."before__{name}"' for name in model.fields]
    columns = ", ".join([*(f's."{name}"' for name in [*keys, *model.fields]), *before])
    condition = f'and s."{model.condition}" ' if model.condition else ""
    rows = db.execute(
        "with answers as (select * from ops.writes where crm = $crm and object = $object), "
        "refused_all as (select run_id from answers where not $accepted_lately group by run_id "
        "  having count(*) >= $too_many and count(*) = count(*) filter (status = 'rejected')), "
        f'asked as (select * replace (payload_hash || $suffix as payload_hash) from "{model.schema}"."{model.name}") '
        f"select {columns} from asked s where s.crm = $crm {condition}and not exists ("
        "  select 1 from answers a where a.record_id = s.record_id and a.payload_hash = s.payload_hash "
        "  and ((a.status = 'accepted' or a.status = 'skipped' and $of_lists) and a.answered_at > $pulled_at "
        "    or a.status = 'rejected' and a.answered_at > now() - interval 1 day "
        "    and a.record_changed_at is not distinct from timezone('UTC', s.record_changed_at) "
        "    and a.run_id not in (select run_id from refused_all) "
        "    and not exists (select 1 from ops.retries t where t.crm = a.crm and t.object = a.object "
        "      and t.record_id = a.record_id and t.asked_at > a.answered_at))"
        ") order by s.record_id",
        {
            "crm": model.crm,
            "object": model.object,
            "pulled_at": built_on(db, model.crm),
            "too_many": _TOO_MANY,
            "of_lists": model.object
            == MEMBERSHIPS,  # nothing is pulled that would show why they were skipped
            "accepted_lately": _accepted_lately(db, model),
            "suffix": model.hash_suffix,
        },
    ).fetchall()
    entries = (_entry(row, model) for row in rows)
    return [
        entry for entry in entries if entry.after
    ]  # a row may differ in nothing but a field that is left out


def _with_ours(db: warehouse.Connection, model: SyncModel, entries: Sequence[Entry]) -> list[Entry]:
    """Memberships with what tells ours from those of others: the ledger knows when we made or tried one."""
    found = {
        (lead, name): Ours(stored_by, (first, last) if first else None)
        for lead, name, stored_by, first, last in db.execute(_OURS, {"crm": model.crm}).fetchall()
    }
    return [
        replace(entry, ours=found.get((entry.about["lead_id"], entry.record_id.partition("/")[2])))
        for entry in entries
    ]


def _accepted_lately(db: warehouse.Connection, model: SyncModel) -> bool:
    found = db.execute(
        "select 1 from ops.writes where crm = ? and object = ? and status = 'accepted' "
        "and answered_at > now() - to_days(?) limit 1",
        [model.crm, model.object, _LATELY_DAYS],
    )
    return found.fetchone() is not None


def write_back(
    connector: Connector,
    model: SyncModel,
    settings: Settings,
    run_id: str,
    *,
    raw: RawTable | None = None,
    only: Sequence[str] | None = None,
    is_paused: IsPaused = lambda: False,
    entries: Sequence[Entry] | None = None,
    on_outcomes: OnOutcomes | None = None,
) -> Written:
    """Send what `model` asks for and note each row's fate.

    Args:
        connector: the CRM that `model` is for; its fields are there already.
        model: the sync model, built.
        run_id: names this run in the ledger.
        raw: the table that the object is pulled into: what the CRM accepts goes there too.
        only: ids of the records to send, in their order; None: all.
        is_paused: asked between calls whether the rest is to wait for another run.
        entries: what to send instead of what `model` asks for.
        on_outcomes: called as batches are answered.

    Raises:
        LeadwrightError: as the connector raises them; rows already answered are in the ledger.
        LockedError: another process holds the warehouse.
    """
    result = Written(model.title, model.crm, model.object)
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        ledger = Ledger(db, run_id, model.crm, model.object)
        result.interrupted = ledger.close_interrupted()
        entries = planned_entries(db, model) if entries is None else entries
        result.plan(entries, model.guarded)
        if model.object == MEMBERSHIPS:
            entries = _with_ours(db, model, entries)
        to_read_back: list[str] = []
        try:
            for outcomes in _ship(connector, model, ledger, _chosen(entries, only), is_paused):
                result.outcomes.update(o.status for o in outcomes)
                result.reasons.update(o.code or "no code" for o in outcomes if o.status != "accepted")
                result.reasons.update(r.code or "no code" for o in outcomes for r in o.refused)
                if on_outcomes:
                    on_outcomes(model.title, len(outcomes))
                if raw is not None:
                    to_read_back += echo.echo(db, connector, raw, outcomes)
            if raw is not None:
                echo.read_back(db, connector, raw, to_read_back)
                ledger.date_refused(raw, connector.shape(raw.name))
        except DailyLimitError as limit:
            result.put_off = str(limit)
        result.held_back = len(entries) - result.outcomes.total()
        result.accepted_lately = _accepted_lately(db, model)
    return result


def create_fields(connector: Connector, model: SyncModel, settings: Settings) -> list[str]:
    """Create the CRM fields that `model` writes and the CRM lacks; return their names.

    Called for every model before the first record is sent, so that a missing permission stops the run while
    nothing is half written.
    """
    tenants.require_same(connector, settings)
    return connector.ensure_fields(model.object, model.owned)


def preview(model: SyncModel, settings: Settings) -> list[Entry]:
    """The writes that `write_back` would send now; nothing is sent."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        return planned_entries(db, model)


def _chosen(entries: Sequence[Entry], only: Sequence[str] | None) -> Sequence[Entry]:
    if only is None:
        return entries
    by_id = {entry.record_id: entry for entry in entries}
    return [by_id[record_id] for record_id in only if record_id in by_id]


def _ship(
    connector: Connector, model: SyncModel, ledger: Ledger, entries: Sequence[Entry], is_paused: IsPaused
) -> Iterator[list[Outcome]]:
    size = _PIECE
    if isinstance(connector, TakesMany) and model.making is None:
        size = connector.at_a_time(len(entries))
    step = max(_CHUNK, size)
    for start in range(0, len(entries), step):
        if is_paused():
            return
        chunk = entries[start : start + step]
        ledger.sending(chunk)
        outcomes: list[Outcome] = []
        try:
            for place in range(0, len(chunk), size):
                if place and is_paused():
                    ledger.withdraw(chunk[place:])
                    break
                for outcome in _sent(connector, model, chunk[place : place + size]):
                    outcomes.append(outcome)
        finally:
            # A fault in the middle must not lose the answers that came before it.
            ledger.answered(outcomes)
        yield outcomes


def _sent(connector: Connector, model: SyncModel, entries: Sequence[Entry]) -> Iterator[Outcome]:
    """Outcomes of records that are changed or, where the model says so, made."""
    if model.making is None:
        yield from connector.push(model.object, [change(entry, model.guarded) for entry in entries])
        return
    if not isinstance(connector, MakesTasks):
        raise ConfigError(
            f"The connector of {connector.name} cannot make tasks (connectors.base.MakesTasks). Take the rows out of "
            "rules/crm_tasks.csv."
        )
    made_of = {entry.record_id: entry.after for entry in entries}
    for outcome in connector.make_tasks(model.object, [_task(entry, model.making) for entry in entries]):
        yield replace(outcome, sent=made_of[outcome.record_id])


def _task(entry: Entry, making: Making) -> NewTask:
    values = {name: value for name, value in entry.after.items() if name != making.person}
    return NewTask(entry.record_id, making.key, str(entry.after[making.person]), values)


def _entry(row: tuple[Value, ...], model: SyncModel) -> Entry:
    record_id, subject_id, payload_hash, changed_at, *values = row
    fields = model.fields
    after = dict(zip(fields, values, strict=False))
    before = dict(zip(fields, values[len(fields) :], strict=True))
    changed = [name for name in fields if after[name] != before[name]]
    return Entry(
        record_id=str(record_id),
        about={model.subject: str(subject_id)},
        payload_hash=str(payload_hash),
        record_changed_at=changed_at.replace(tzinfo=UTC) if isinstance(changed_at, datetime) else None,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def change(entry: Entry, guarded: Sequence[str]) -> Change:
    """The change that sends an entry; of `guarded` fields it expects what the CRM showed when it was planned."""
    expected = {name: entry.before[name] for name in guarded if name in entry.before}
    return Change(entry.record_id, entry.after, expected, entry.ours)
