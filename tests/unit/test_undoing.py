"""Undo: what stood before a run's writes comes back where nobody has changed it since, and is on record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leadwright import settings as settings_module
from leadwright import warehouse
from leadwright.connectors.base import Change, FieldSpec, Outcome, Piece
from leadwright.connectors.errors import ConfigError, UnavailableError
from leadwright.connectors.values import after_guard
from leadwright.pull import landing
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable, SyncModel
from leadwright.writeback import sending, undoing, undone, writingruns
from leadwright.writeback.undoing import Undoing
from tests.fakes import RUNS, FakeCrm
from tests.unit.test_writeback import OPS

MODEL = SyncModel(
    schema="sync",
    name="sync_fake__contacts",
    crm="fake",
    object="contacts",
    key="id",
    subject="lead_id",
    fields=("score", "due", "owner"),
    guarded=("owner",),
    owned=(FieldSpec("score", "Score", "number"), FieldSpec("due", "Due", "datetime")),
    of_owner=("owner",),
)
RAW = RawTable(
    "raw_fake",
    "contacts",
    (("id", "varchar"), ("score", "varchar"), ("due", "varchar"), ("owner", "varchar"), ("changed_at", "timestamptz")),
)  # fmt: skip
EARLY = datetime(2026, 1, 1, tzinfo=UTC)


class Portal(FakeCrm):
    """Stores what it accepts, shows records by id, and says who changed them."""

    def read_back(self, object_name: str, fields: Sequence[str], ids: Sequence[str]) -> Iterator[Piece]:
        schema = pa.schema(
            [*((n, pa.string()) for n in ("id", *fields)), ("changed_at", pa.timestamp("us", "UTC"))]
        )
        rows = [self.rows[i] for i in ids if i in self.rows]
        yield Piece(
            pa.RecordBatch.from_pylist([{n: r.get(n) for n in schema.names} for r in rows], schema=schema)
        )

    def push(self, object_name: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        self.pushed.append(list(changes))
        rows, skipped = after_guard(changes, self.rows)
        yield from skipped
        for row in rows:
            if code := self.rejects.get(row.record_id):
                yield Outcome(
                    row.record_id, "rejected", row.values, code=code, message="Only managers change this"
                )
                continue
            if self.fail_push_after and row.record_id == str(self.fail_push_after[0]):
                raise self.fail_push_after[1]
            self.edit(row.record_id, **{n: v if v is None else str(v) for n, v in row.values.items()})
            yield Outcome(row.record_id, "accepted", row.values)

    def edit(self, record_id: str, **values: str | None) -> None:
        self.rows[record_id] |= {**values, "changed_at": datetime.now(UTC)}

    def authors(
        self, object_name: str, fields: Sequence[str], ids: Sequence[str]
    ) -> Mapping[tuple[str, str], str]:
        return {(i, f): "CRM_UI userId:5" for i in ids for f in fields}


def record(record_id: str, score: str | None, owner: str | None) -> dict[str, Any]:
    return {"id": record_id, "score": score, "due": None, "owner": owner, "changed_at": EARLY}


class Home:
    """A warehouse whose run `run-1` gave four records a score, a due time and, but for the last, an owner."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(home=folder, lock_wait_seconds=1)
        self.crm = Portal({i: record(i, "10", None) for i in "123"} | {"4": record("4", None, "bob")})
        with warehouse.writer(self.settings.warehouse_file, 1) as db:
            warehouse.ensure_table(db, "ops", "writes", OPS)
            warehouse.ensure_table(db, RUNS.schema, RUNS.name, RUNS.columns)
            warehouse.ensure_table(db, "ops", "unsettled", landing.UNSETTLED)
            warehouse.ensure_table(db, RAW.schema, RAW.name, RAW.columns)
            db.execute("create schema sync")
        self.write("run-1", 80)

    def write(self, run_id: str, score: int) -> None:
        with warehouse.writer(self.settings.warehouse_file, 1) as db:
            db.register("shown", pa.Table.from_pylist(list(self.crm.rows.values())))
            db.execute(
                "create or replace table sync.sync_fake__contacts as select id as record_id, 'L' || id as lead_id, "
                f"'h{score}' as payload_hash, changed_at as record_changed_at, 'fake' as crm, {score} as score, "
                "score::int as before__score, timestamp '2026-03-04 05:06:07' as due, due::timestamp as before__due, "
                "coalesce(owner, 'ann') as owner, owner as before__owner from shown"
            )
        sending.write_back(self.crm, MODEL, self.settings, run_id)

    def prepare(self, run_id: str = "run-1", only: str | None = None) -> Undoing:
        fields = undoing.chosen_fields(only, MODEL)
        return undoing.prepare(self.crm, MODEL, run_id, fields, self.settings)

    def undo(self, run_id: str = "run-1", by: str = "undo-1", only: str | None = None) -> Undoing:
        planned = self.prepare(run_id, only)
        return undoing.put_back(self.crm, planned, (run_id, by), self.settings, raw=RAW)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with warehouse.writer(self.settings.warehouse_file, 1) as db:
            return warehouse.rows(db, sql)

    def values(self) -> dict[str, tuple[Any, ...]]:
        return {i: (row["score"], row["due"], row["owner"]) for i, row in sorted(self.crm.rows.items())}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


BEFORE = {**dict.fromkeys("123", ("10", None, None)), "4": (None, None, "bob")}
WRITTEN = {
    **dict.fromkeys("123", ("80", "2026-03-04 05:06:07", "ann")),
    "4": ("80", "2026-03-04 05:06:07", "bob"),
}


def test_every_value_is_as_before_and_the_ledger_has_it_as_a_run(home: Home) -> None:
    assert home.values() == WRITTEN
    done = home.undo()
    assert home.values() == BEFORE
    assert (done.record_count, done.left) == (4, [])
    assert done.fields == {"score": 4, "due": 4, "owner": 3}
    ledger = home.rows("from ops.writes where run_id = 'undo-1' order by record_id")
    assert [(row["status"], row["lead_id"]) for row in ledger] == [("accepted", f"L{i}") for i in "1234"]
    assert json.loads(ledger[0]["after_values"]) == {"score": 10, "due": None, "owner": None}
    assert json.loads(ledger[0]["before_values"]) == {
        "score": 80,
        "due": "2026-03-04 05:06:07",
        "owner": "ann",
    }
    raw = home.rows("select score, owner from raw_fake.contacts where id in ('1', '4') order by id")
    assert raw == [{"score": "10", "owner": None}, {"score": None, "owner": "bob"}], "no pull has to bring it"


def test_what_is_undone_is_noted_as_sql_compares_it(home: Home) -> None:
    home.undo()
    kept = home.rows("select field, value, restored from ops.undone where record_id = '1' order by field")
    assert kept == [
        {"field": "due", "value": "2026-03-04 05:06:07", "restored": None},
        {"field": "owner", "value": "ann", "restored": None},
        {"field": "score", "value": "80", "restored": "10"},
    ]
    (same,) = home.rows(
        "select distinct due::varchar = '2026-03-04 05:06:07' as due from sync.sync_fake__contacts"
    )
    assert same["due"]


def test_what_people_changed_or_is_gone_stays_and_is_listed(home: Home) -> None:
    home.crm.edit("1", owner="carl")
    home.crm.edit("2", owner=None)
    del home.crm.rows["4"]
    done = home.undo()
    assert home.values() == {"1": ("10", None, "carl"), "2": ("10", None, None), "3": ("10", None, None)}
    left = {(each.record_id, each.field): (each.why, each.detail) for each in done.left}
    assert left == {
        ("1", "owner"): ("changed_by_person", "CRM_UI userId:5"),
        ("2", "owner"): ("already_so", ""),
        **{("4", name): ("merged_or_deleted", "") for name in ("score", "due")},
    }
    assert {row["record_id"] for row in home.rows("from ops.undone where field = 'owner'")} == {"3"}


def test_a_person_who_is_faster_than_the_undo_wins(home: Home) -> None:
    planned = home.prepare()
    home.crm.edit("1", owner="carl")
    done = undoing.put_back(home.crm, planned, ("run-1", "undo-1"), home.settings, raw=RAW)
    assert home.values()["1"] == ("10", None, "carl")
    assert [(each.record_id, each.field, each.why) for each in done.left] == [
        ("1", "owner", "changed_by_person")
    ]
    assert home.rows("from ops.undone where record_id = '1' and field = 'owner'") == []


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("owner", ("80", "2026-03-04 05:06:07", None)),
        ("scores", ("10", None, "ann")),
        ("due", ("80", None, "ann")),
    ],
)
def test_a_part_of_the_fields(home: Home, only: str, expected: tuple[Any, ...]) -> None:
    home.undo(only=only)
    assert home.values()["1"] == expected
    assert home.prepare(only=only).entries == []
    with pytest.raises(ConfigError, match="Say owner, scores or one of: due, owner, score"):
        undoing.require_chosen("grade", [MODEL])


def test_what_a_later_run_wrote_is_that_run_s_to_undo(home: Home) -> None:
    home.write("run-2", 90)
    left = {(each.field, each.why) for each in home.prepare().left}
    assert left == {("score", "written_since")}
    home.undo("run-2", "undo-2")
    assert home.values() == WRITTEN
    home.undo()
    assert home.values() == BEFORE


def test_an_undo_can_be_undone_and_ends_with_it(home: Home) -> None:
    home.undo()
    home.undo("undo-1", "redo")
    undoing.end("undo-1", None, [MODEL], home.settings)
    assert home.values() == WRITTEN
    assert home.rows("from ops.undone where undo_run_id = 'undo-1' and lifted_at is null") == []
    home.undo("redo", "undo-2")
    assert home.values() == BEFORE


def test_what_the_crm_refuses_is_told_in_its_words_and_keeps_nothing_away(home: Home) -> None:
    home.crm.rejects = {"1": "FIELD_CUSTOM_VALIDATION_EXCEPTION"}
    done = home.undo()
    assert {(each.record_id, each.why, each.detail) for each in done.left} == {
        ("1", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Only managers change this")
    }
    assert done.record_count == 3
    assert {row["record_id"] for row in home.rows("from ops.undone")} == {"2", "3", "4"}


def test_an_undo_that_is_cut_off_goes_on_where_it_stopped(home: Home) -> None:
    home.crm.fail_push_after = (3, UnavailableError("cut off"))
    with pytest.raises(UnavailableError):
        home.undo()
    home.crm.fail_push_after = None
    assert {row["record_id"] for row in home.rows("from ops.undone")} == {"1", "2", "3", "4"}, (
        "what may have been stored stays away"
    )
    home.undo(by="undo-2")
    assert home.values() == BEFORE


def test_of_who_was_erased_nothing_is_put_back(home: Home) -> None:
    home.rows(
        "update ops.writes set record_id = 'hash', after_values = null, before_values = null where record_id = '1'"
    )
    planned = home.prepare()
    assert [(each.record_id, each.why) for each in planned.left] == [("hash", "erased")]
    assert [entry.record_id for entry in planned.entries] == ["2", "3", "4"]


def test_a_connector_that_shows_no_record_by_its_id_says_so(home: Home) -> None:
    with pytest.raises(ConfigError, match="cannot show records by their ids"):
        undoing.prepare(FakeCrm(), MODEL, "run-1", MODEL.fields, home.settings)


def test_a_person_lifts_what_was_undone(home: Home) -> None:
    home.undo()
    with warehouse.writer(home.settings.warehouse_file, 1) as db:
        assert undone.lift(db, "run-1", ["owner"]) == {"owner": 3}
        assert undone.lift(db, "run-1", ["owner"]) == {}
        assert undone.lift(db, "undo-1") == {"score": 4, "due": 4}


def test_a_run_is_named_by_the_beginning_of_its_id(home: Home) -> None:
    home.write("run-2", 90)
    home.undo("run-2", "undo-2")
    with warehouse.writer(home.settings.warehouse_file, 1) as db:
        assert writingruns.named(db, "undo") == "undo-2"
        assert writingruns.named(db, "last") == "undo-2"
        for name, said in (("run", "2 runs begin"), ("x", "No run that wrote to a CRM begins")):
            with pytest.raises(ConfigError, match=said):
                writingruns.named(db, name)
        listed = [(row["run_id"], row["record_count"], row["held_count"]) for row in writingruns.latest(db)]
    assert listed == [("undo-2", 4, 0), ("run-2", 4, 4), ("run-1", 4, 0)]


def test_only_models_that_the_run_wrote_to_are_asked(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_module.Settings, "connect", lambda _self, _crm: home.crm)
    other = replace(MODEL, object="companies")
    found = undoing.find([MODEL, other], "run-1", None, home.settings)
    assert [each.model.object for each in found] == ["contacts"]
