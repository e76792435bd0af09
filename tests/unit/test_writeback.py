"""Write-back: only the fields that differ go out, and every row's fate is on record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leadwright import warehouse
from leadwright.connectors.base import Change, FieldSpec, OutcomeStatus
from leadwright.connectors.errors import GuardrailError, UnavailableError
from leadwright.settings import Settings
from leadwright.transform.tables import SyncModel
from leadwright.writeback import sending
from tests.fakes import FakeCrm

MODEL = SyncModel(
    schema="sync",
    name="sync_fake__contacts",
    crm="fake",
    object="contacts",
    key="id",
    subject="lead_id",
    fields=("score", "owner"),
    guarded=("owner",),
    owned=(FieldSpec("score", "Score", "number"), FieldSpec("owner", "Owner", "string")),
    of_owner=("owner",),
)
OPS = [
    *(
        (n, "varchar")
        for n in ("run_id", "crm", "object", "record_id", "lead_id", "account_id", "payload_hash")
    ),
    *((n, "varchar") for n in ("before_values", "after_values", "status", "code", "message")),
    *((n, "timestamptz") for n in ("record_changed_at", "sent_at", "answered_at", "crm_updated_at")),
]


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    config = Settings(home=tmp_path, lock_wait_seconds=1)
    with warehouse.writer(config.warehouse_file, 1) as db:
        warehouse.ensure_table(db, "ops", "writes", OPS)
        db.execute("create schema sync")
        db.execute(
            "create table sync.sync_fake__contacts as select *, timestamp '2026-01-02 03:04:05' as record_changed_at, "
            "'fake' as crm from (values "
            "('1', 'L1', 'h1', 80, 10, 'ann', null), ('2', 'L2', 'h2', 20, 20, 'bob', null), "
            "('3', 'L3', 'h3', 55, null, 'bob', 'bob')) "
            "t(record_id, lead_id, payload_hash, score, before__score, owner, before__owner)"
        )
    yield config


def ledger(settings: Settings) -> list[dict[str, Any]]:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        return warehouse.rows(db, "select * from ops.writes order by record_id, sent_at")


def test_only_what_differs_is_sent_and_guarded_fields_carry_what_we_saw(settings: Settings) -> None:
    crm = FakeCrm()
    done = sending.write_back(crm, MODEL, settings, "run-1")
    assert crm.pushed == [
        [
            Change("1", {"score": 80, "owner": "ann"}, {"owner": None}),
            Change("2", {"owner": "bob"}, {"owner": None}),
            Change("3", {"score": 55}),
        ]
    ]
    assert done.planned == 3
    assert done.outcomes == {"accepted": 3}
    assert done.new_owners == {"1": "ann", "2": "bob"}
    assert sending.create_fields(crm, MODEL, settings) == ["score", "owner"]
    assert sending.create_fields(crm, MODEL, settings) == []


def test_without_owners_scores_flow_and_nothing_says_owner(settings: Settings) -> None:
    crm, model = FakeCrm(), MODEL.without_owners()
    done = sending.write_back(crm, model, settings, "run-1")
    assert crm.pushed == [[Change("1", {"score": 80}), Change("3", {"score": 55})]]
    assert (done.planned, done.new_owners) == (2, {})
    assert not any("owner" in row["before_values"] + row["after_values"] for row in ledger(settings))
    assert sending.create_fields(crm, model, settings) == ["score"]
    assert sending.preview(model, settings) == [], (
        "what was accepted is not asked for again before the next pull"
    )
    later = sending.write_back(crm, MODEL, settings, "run-2")
    assert later.new_owners == {"1": "ann", "2": "bob"}, "and owners go out as soon as they are wanted"


def test_a_write_to_a_company_is_on_record_under_its_account(settings: Settings) -> None:
    change(settings, "alter table sync.sync_fake__contacts rename lead_id to account_id")
    sending.write_back(FakeCrm(), replace(MODEL, subject="account_id"), settings, "run-1")
    assert [(row["account_id"], row["lead_id"]) for row in ledger(settings)] == [
        ("L1", None),
        ("L2", None),
        ("L3", None),
    ]


def test_fields_are_not_created_in_another_account(settings: Settings) -> None:
    sending.create_fields(FakeCrm(), MODEL, settings)
    other = FakeCrm()
    other.account_id = "another-account"
    with pytest.raises(GuardrailError, match="LEADWRIGHT_HOME"):
        sending.create_fields(other, MODEL, settings)
    assert other.made == []


def test_the_ledger_keeps_before_after_and_the_reason(settings: Settings) -> None:
    crm = FakeCrm()
    crm.rejects = {"2": "CANNOT_UPDATE"}
    done = sending.write_back(crm, MODEL, settings, "run-1")
    one, two, three = ledger(settings)
    assert (one["status"], json.loads(one["before_values"]), json.loads(one["after_values"])) == (
        "accepted",
        {"owner": None, "score": 10},
        {"owner": "ann", "score": 80},
    )
    assert (two["status"], two["code"], two["lead_id"], two["payload_hash"]) == (
        "rejected",
        "CANNOT_UPDATE",
        "L2",
        "h2",
    )
    assert three["answered_at"] is not None
    assert done.reasons == {"CANNOT_UPDATE": 1}


def test_answers_before_a_fault_are_kept_and_the_rest_is_unknown_next_time(settings: Settings) -> None:
    crm = FakeCrm()
    crm.fail_push_after = (1, UnavailableError("cut off"))
    with pytest.raises(UnavailableError):
        sending.write_back(crm, MODEL, settings, "run-1")
    assert [row["status"] for row in ledger(settings)] == ["accepted", "sending", "sending"]
    crm.fail_push_after = None
    done = sending.write_back(crm, MODEL, settings, "run-2")
    assert done.interrupted == 2
    assert sorted(row["status"] for row in ledger(settings)) == ["accepted"] * 3 + ["unknown"] * 2


def test_what_was_accepted_since_the_last_pull_is_not_sent_again(settings: Settings) -> None:
    """Neither by a second `sync` nor by a second attempt of the same run."""
    crm = FakeCrm()
    crm.fail_push_after = (2, UnavailableError("cut off"))
    with pytest.raises(UnavailableError):
        sending.write_back(crm, MODEL, settings, "run-1")
    crm.fail_push_after = None
    sending.write_back(crm, MODEL, settings, "run-1")
    assert [[c.record_id for c in changes] for changes in crm.pushed] == [["1", "2", "3"], ["3"]]
    assert [row["status"] for row in ledger(settings)] == ["accepted", "accepted", "unknown", "accepted"]
    assert sending.write_back(crm, MODEL, settings, "run-2").planned == 0
    change(settings, "update sync.sync_fake__contacts set payload_hash = 'new' where record_id = '3'")
    assert sending.write_back(crm, MODEL, settings, "run-3").planned == 1, "other values than were accepted"


def test_after_a_pull_the_crm_is_believed_again(settings: Settings) -> None:
    """A person may have changed the values back; the pull shows it, the ledger does not."""
    crm = FakeCrm()
    sending.write_back(crm, MODEL, settings, "run-1")
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("create table ops.pulls as select 'fake' as crm, now() as pulled_at")
    assert sending.write_back(crm, MODEL, settings, "run-2").planned == 3


def test_a_crm_that_refuses_everything_is_an_error_until_it_takes_something(settings: Settings) -> None:
    change(
        settings,
        "insert into sync.sync_fake__contacts select 'n' || i, 'L', 'h', 1, 0, 'a', 'a', null, 'fake' "
        "from range(7) t(i)",
    )
    crm = FakeCrm()
    ids = [*"123", *(f"n{i}" for i in range(7))]
    crm.rejects = dict.fromkeys(ids, "INSUFFICIENT_ACCESS")
    for run_id in ("run-1", "run-2"):
        done = sending.write_back(crm, MODEL, settings, run_id)
        with pytest.raises(GuardrailError, match=r"all 10 contacts records.*INSUFFICIENT_ACCESS"):
            done.require_some_accepted()
    crm.rejects = {}
    assert sending.write_back(crm, MODEL, settings, "run-3").outcomes == {"accepted": 10}


def test_a_list_that_a_rule_refuses_is_set_aside_where_the_crm_takes_others(settings: Settings) -> None:
    crm = FakeCrm()
    sending.write_back(crm, MODEL, settings, "run-1")
    change(
        settings,
        "create or replace table sync.sync_fake__contacts as select i || '' as record_id, 'L' as lead_id, 'h' as "
        "payload_hash, 1 as score, 0 as before__score, 'a' as owner, 'a' as before__owner, "
        "timestamp '2026-01-02' as record_changed_at, 'fake' as crm from range(100, 112) t(i)",
    )
    crm.rejects = {str(i): "FIELD_CUSTOM_VALIDATION_EXCEPTION" for i in range(100, 112)}
    done = sending.write_back(crm, MODEL, settings, "run-2")
    assert done.outcomes == {"rejected": 12}
    done.require_some_accepted()
    assert sending.write_back(crm, MODEL, settings, "run-3").planned == 0, "they rest"
    change(
        settings,
        "update sync.sync_fake__contacts set record_changed_at = timestamp '2026-01-03' where record_id = '105'",
    )
    assert sending.write_back(crm, MODEL, settings, "run-4").planned == 1, "somebody changed the record"
    change(settings, "update ops.writes set answered_at = answered_at - interval 25 hour")
    again = sending.write_back(crm, MODEL, settings, "run-5")
    assert again.planned == 12, "a day has passed"
    again.require_some_accepted()
    change(settings, "update ops.writes set answered_at = answered_at - interval 7 day")
    with pytest.raises(GuardrailError, match="accepted none in 7 days"):
        sending.write_back(crm, MODEL, settings, "run-6").require_some_accepted()


@pytest.mark.parametrize("status", ["deferred", "unknown"])
def test_what_was_not_refused_is_sent_again_with_the_next_run(
    settings: Settings, status: OutcomeStatus
) -> None:
    crm = FakeCrm()
    crm.answers = {"2": status}
    sending.write_back(crm, MODEL, settings, "run-1").require_some_accepted()
    assert [row["status"] for row in ledger(settings)] == ["accepted", status, "accepted"]
    crm.answers = {}
    sending.write_back(crm, MODEL, settings, "run-2")
    assert [change.record_id for change in crm.pushed[1]] == ["2"]


def test_answers_that_all_say_nothing_are_an_error(settings: Settings) -> None:
    change(
        settings,
        "insert into sync.sync_fake__contacts select 'n' || i, 'L', 'h', 1, 0, 'a', 'a', null, 'fake' "
        "from range(7) t(i)",
    )
    crm = FakeCrm()
    crm.answers = dict.fromkeys([*"123", *(f"n{i}" for i in range(7))], "unknown")
    done = sending.write_back(crm, MODEL, settings, "run-1")
    with pytest.raises(UnavailableError, match="any of 10 contacts records"):
        done.require_some_accepted()


def test_a_record_that_is_refused_is_set_aside_for_a_day_or_until_its_values_change(
    settings: Settings,
) -> None:
    crm = FakeCrm()
    crm.rejects = {"2": "VALIDATION_ERROR"}
    sending.write_back(crm, MODEL, settings, "run-1").require_some_accepted()
    assert sending.write_back(crm, MODEL, settings, "run-2").planned == 0
    change(settings, "update sync.sync_fake__contacts set payload_hash = 'new' where record_id = '2'")
    alone = sending.write_back(crm, MODEL, settings, "run-3")
    assert alone.outcomes == {"rejected": 1}
    alone.require_some_accepted()
    assert sending.write_back(crm, MODEL, settings, "run-4").planned == 0
    change(
        settings, "update ops.writes set answered_at = answered_at - interval 25 hour where record_id = '2'"
    )
    assert sending.write_back(crm, MODEL, settings, "run-5").planned == 1


def change(settings: Settings, sql: str) -> None:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute(sql)


def test_nothing_to_write_makes_no_call(settings: Settings) -> None:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("delete from sync.sync_fake__contacts")
    crm = FakeCrm()
    assert sending.write_back(crm, MODEL, settings, "run-1").planned == 0
    assert (crm.pushed, crm.made) == ([], [])


def test_a_preview_sends_nothing(settings: Settings) -> None:
    entries = sending.preview(MODEL, settings)
    assert [(e.record_id, e.before, e.after) for e in entries][2] == ("3", {"score": None}, {"score": 55})
    assert ledger(settings) == []
