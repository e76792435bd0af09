"""Rejects: by reason and in the CRM's words, with what to do; sent again when asked, changed, or a day has passed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leadwright import connectors, warehouse
from leadwright.connectors.base import Change, Outcome, Refusal
from leadwright.connectors.errors import ConfigError
from leadwright.settings import Settings
from leadwright.writeback import rejects, sending
from tests.fakes import FakeCrm
from tests.unit.test_writeback import MODEL, OPS

NOW = datetime.now(UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    config = Settings(home=tmp_path, lock_wait_seconds=1)
    with warehouse.writer(config.warehouse_file, 1) as db:
        warehouse.ensure_table(db, "ops", "writes", OPS)
    return config


def note(settings: Settings, rows: Sequence[dict[str, Any]]) -> None:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        for row in rows:
            names = ", ".join(row)
            marks = ", ".join("?" for _ in row)
            db.execute(f"insert into ops.writes ({names}) values ({marks})", list(row.values()))


def row(record_id: str, status: str = "rejected", hours: float = 1, **more: Any) -> dict[str, Any]:
    at = NOW - timedelta(hours=hours)
    known = {"crm": "salesforce", "object": "Lead", "record_id": record_id, "run_id": f"run-{hours}"}
    values = {
        "status": status,
        "sent_at": at,
        "answered_at": at,
        "payload_hash": "h",
        "after_values": '{"x": 1}',
    }
    return {**known, **values, **more}


RULE = {"code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Fill in the phone (fields: Phone)"}


def test_one_line_for_each_reason_in_the_words_of_the_crm(settings: Settings) -> None:
    taken = {"code": "DUPLICATE_VALUE"}
    note(
        settings,
        [
            *(row(f"00Q{i}", **RULE) for i in range(4)),
            row("00Q8", **taken, message="duplicates value on record with id: 00QHs0000104C8X"),
            row("00Q9", **taken, message="duplicates value on record with id: 00QHs0000104C8YMAU"),
        ],
    )
    rule, twice = rejects.listed(settings, NOW)
    assert (rule.code, rule.message, rule.ids) == (
        RULE["code"],
        RULE["message"],
        ("00Q0", "00Q1", "00Q2", "00Q3"),
    )
    assert (rule.examples, rule.fields) == (("00Q0", "00Q1", "00Q2"), ())
    assert rule.until == rule.since + timedelta(days=1)
    assert "validation rule" in rule.advice
    assert (twice.message, len(twice.ids)) == ("duplicates value on record with id: (id)", 2)
    assert json.loads(json.dumps(rule.as_dict(), default=str))["records"] == 4


def test_what_was_answered_otherwise_since_is_refused_no_more(settings: Settings) -> None:
    note(
        settings,
        [
            row("taken", hours=3, **RULE),
            row("taken", "accepted", hours=2),
            row("again", hours=3, **RULE),
            row("again", hours=2, code="ENTITY_IS_LOCKED", message="locked"),
            row("of an undo", **RULE) | {"payload_hash": "h/undone"},
            row("old", hours=30, code="UNKNOWN_EXCEPTION", message=None),
        ],
    )
    found = {each.code: each for each in rejects.listed(settings, NOW)}
    assert {code: each.ids for code, each in found.items()} == {
        "ENTITY_IS_LOCKED": ("again",),
        "UNKNOWN_EXCEPTION": ("old",),
    }
    assert found["UNKNOWN_EXCEPTION"].until is None, "a day has passed: the next sync sends it"
    assert "leadwright rejects --retry" in found["UNKNOWN_EXCEPTION"].advice


def test_fields_that_were_left_out_are_named_where_the_rest_arrived(settings: Settings) -> None:
    run = {"run_id": "run-1"}
    note(
        settings,
        [
            row("00Q1", "accepted", **run),
            row(
                "00Q1",
                **run,
                after_values='{"OwnerId": "005"}',
                code="INACTIVE_OWNER_OR_USER",
                message="inactive",
            ),
        ],
    )
    (found,) = rejects.listed(settings, NOW)
    assert (found.ids, found.fields) == (("00Q1",), ("OwnerId",))


def test_a_reason_is_named_by_its_code_or_a_part_of_its_words(settings: Settings) -> None:
    note(settings, [row("00Q1", **RULE), row("00Q2", code="ENTITY_IS_LOCKED", message="locked by approval")])
    assert rejects.retry(settings, "entity_is_locked") == 1
    assert rejects.retry(settings, "the phone") == 1
    with pytest.raises(ConfigError, match="ENTITY_IS_LOCKED, FIELD_CUSTOM_VALIDATION_EXCEPTION"):
        rejects.retry(settings, "no such thing")
    assert [each.until for each in rejects.listed(settings, NOW)] == [None, None]


class Choosy(FakeCrm):
    """Refuses the owner of record 1, and takes the rest of it."""

    def push(self, object_name: str, changes: Sequence[Change]) -> Any:
        self.pushed.append(list(changes))
        for change in changes:
            left = {name: value for name, value in change.values.items() if name != "owner"}
            if change.record_id != "1" or len(left) == len(change.values):
                yield Outcome(change.record_id, "accepted", change.values)
                continue
            refusal = Refusal({"owner": change.values["owner"]}, "INACTIVE_OWNER_OR_USER", "inactive user")
            if left:
                yield Outcome("1", "accepted", left, updated_at=NOW, refused=(refusal,))
            else:
                yield Outcome("1", "rejected", change.values, code=refusal.code, message=refusal.message)


def show(settings: Settings, changed_at: datetime, shown: int | None = None) -> None:
    """The sync model asks for a score of 80 and an owner of record 1, which has none and shows a score."""
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("create schema if not exists sync; create schema if not exists ops")
        db.execute(
            "create or replace table sync.sync_fake__contacts as select '1' as record_id, 'L1' as lead_id, "
            "'h' as payload_hash, timezone('UTC', ?::timestamptz) as record_changed_at, 'fake' as crm, 80 as score, "
            "?::int as before__score, 'ann' as owner, null::text as before__owner",
            [changed_at, shown],
        )
        db.execute("create or replace table ops.pulls as select 'fake' as crm, now() as pulled_at")


def test_a_refused_field_rests_while_the_rest_of_its_record_arrives(settings: Settings) -> None:
    crm = Choosy()
    show(settings, NOW - timedelta(days=3))
    done = sending.write_back(crm, MODEL, settings, "run-1")
    assert (done.outcomes, done.reasons) == ({"accepted": 1}, {"INACTIVE_OWNER_OR_USER": 1})
    with warehouse.writer(settings.warehouse_file, 1) as db:
        rows = warehouse.rows(
            db, "select status, before_values, after_values from ops.writes order by status"
        )
    assert rows == [
        {
            "status": "accepted",
            "before_values": '{"owner": null, "score": null}',
            "after_values": '{"score": 80}',
        },
        {"status": "rejected", "before_values": '{"owner": null}', "after_values": '{"owner": "ann"}'},
    ]
    show(settings, NOW, 80)
    assert sending.write_back(crm, MODEL, settings, "run-2").planned == 0, (
        "our own write is no news of the record"
    )
    (found,) = rejects.listed(settings, NOW)
    assert found.fields == ("owner",)
    assert rejects.retry(settings, "inactive") == 1
    assert sending.write_back(crm, MODEL, settings, "run-3").outcomes == {"rejected": 1}
    assert sending.write_back(crm, MODEL, settings, "run-4").planned == 0, "asked for once"
    show(settings, NOW + timedelta(hours=1), 80)
    assert sending.write_back(crm, MODEL, settings, "run-5").planned == 1, "somebody changed the record"


@pytest.mark.parametrize("name", ["hubspot", "salesforce"])
def test_what_to_do_is_said_in_sentences(name: str) -> None:
    advice = connectors.remedies(name)
    assert advice
    assert all(code.isupper() and text.endswith(".") for code, text in advice.items())
