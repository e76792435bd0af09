"""Forgetting people: what goes, what stays, and when so many go that nobody is believed to be erased."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from leadwright import warehouse
from leadwright.operate import erasure
from leadwright.settings import Settings
from leadwright.transform.people import IdColumn

Due = tuple[str, str, str, bool]
"""CRM, object, record id, and whether nothing is left of the lead; the lead is named after the record."""

_TABLES = """
    create schema intermediate; create schema marts; create schema ops; create schema memory;
    create schema raw_hubspot;
    create table intermediate.int_identity__erasures_due (
        record_key text, crm text, object text, record_id text, lead_id text, is_whole_lead boolean,
        object_shown_count bigint);
    create table memory.log_identity_decisions (record_key text, lead_id text, previous_lead_id text,
        decision_number int, link_key text);
    create table memory.log_contact_events (record_key text, detail text);
    create table memory.log_account_decisions (crm text, record_key text);
    create table intermediate.int_accounts__records (record_key text);
    create table marts.fct_lead_scores (lead_id text, score int);
    create table ops.identity_links (left_key text, right_key text);
    create table ops.writes (crm text, object text, record_id text, lead_id text, payload_hash text,
        before_values text, after_values text, message text, status text);
"""
_MIXED = "create table {} (lead_id text, told text)"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, lock_wait_seconds=1)


@pytest.fixture
def built(config: Settings) -> Iterator[Callable[[Sequence[Due], int], None]]:
    """A function that makes a warehouse as a build leaves it: who is due, and how many others are shown."""

    def build(due: Sequence[Due], shown: int) -> None:
        with warehouse.writer(config.warehouse_file, 1) as db:
            db.execute(_TABLES)
            for table in erasure.MIXED:
                db.execute(_MIXED.format(table))
                db.execute(f"insert into {table} select 'lead-' || i, 'told' from range(100) t(i)")
            for crm, name, record_id, is_whole in due:
                key = f"{crm}:{name}:{record_id}"
                db.execute(
                    "insert into intermediate.int_identity__erasures_due values (?, ?, ?, ?, ?, ?, ?)",
                    [key, crm, name, record_id, f"lead-{record_id}", is_whole, shown],
                )
                db.execute(
                    "insert into memory.log_identity_decisions values (?, ?, null, 1, null)",
                    [key, f"lead-{record_id}"],
                )
            db.execute("insert into marts.fct_lead_scores select 'lead-' || i, 1 from range(100) t(i)")

    yield build


def _all(config: Settings, sql: str) -> list[tuple[object, ...]]:
    with warehouse.writer(config.warehouse_file, 1) as db:
        return db.execute(sql).fetchall()


def test_before_the_first_build_nobody_is_forgotten(config: Settings) -> None:
    assert erasure.erase(config) == erasure.Erased()
    assert not erasure.rewrite(config)


def test_a_person_leaves_every_table_and_the_ledger_keeps_a_hash(
    config: Settings, built: Callable[[Sequence[Due], int], None]
) -> None:
    built([("hubspot", "contacts", "1", True)], 99)
    with warehouse.writer(config.warehouse_file, 1) as db:
        db.execute(
            "insert into memory.log_identity_decisions values "
            "('hubspot:contacts:1', 'lead-old', null, 0, null), "  # what the person was called before a merge
            "('hubspot:contacts:1', 'lead-2', null, 0, null), "  # somebody else lives under this id
            "('hubspot:contacts:2', 'lead-old', null, 1, 'linkage:hubspot:contacts:1|hubspot:contacts:2'), "
            "('hubspot:contacts:2', 'lead-2', 'lead-old', 2, 'email:x')"
        )
        db.execute("insert into marts.fct_lead_scores values ('lead-old', 1)")
        db.execute(
            "insert into memory.log_contact_events values "
            "('hubspot:contacts:1', 'form'), ('hubspot:contacts:2', 'form')"
        )
        db.execute(
            "insert into ops.identity_links values ('hubspot:contacts:2', 'hubspot:contacts:1'), ('a', 'b')"
        )
        db.execute(
            "insert into ops.writes values "
            "('hubspot', 'contacts', '1', 'lead-1', 'p', '{}', '{1}', 'said', 'accepted'), "
            "('salesforce', 'Lead', '1', 'lead-7', 'p', '{}', '{}', null, 'accepted')"
        )
    assert erasure.erase(config).records == {"hubspot.contacts": 1}
    hashed = _all(config, "select sha256('hubspot:contacts:1')")[0][0]
    assert _all(config, "select * from ops.writes order by crm") == [
        ("hubspot", "contacts", hashed, None, None, None, None, None, "accepted"),
        ("salesforce", "Lead", "1", "lead-7", "p", "{}", "{}", None, "accepted"),
    ]
    assert _all(config, "select crm, object, record_hash, rewritten_at from ops.erasures") == [
        ("hubspot", "contacts", hashed, None)
    ]
    assert _all(config, "from memory.log_identity_decisions") == [
        ("hubspot:contacts:2", "lead-2", None, 2, "email:x")
    ]
    assert _all(
        config, "select count(*) from marts.fct_lead_scores where lead_id in ('lead-1', 'lead-old')"
    ) == [(0,)]
    assert _all(config, "select count(*) from marts.fct_lead_scores") == [(99,)]
    assert _all(config, "from ops.identity_links") == [("a", "b")]
    assert _all(config, "from memory.log_contact_events") == [("hubspot:contacts:2", "form")]


def test_of_one_who_is_left_in_another_crm_only_the_record_goes(
    config: Settings, built: Callable[[Sequence[Due], int], None]
) -> None:
    built([("hubspot", "contacts", "1", False)], 99)
    with warehouse.writer(config.warehouse_file, 1) as db:
        db.execute(
            "insert into memory.log_identity_decisions "
            "values ('salesforce:leads:5', 'lead-1', null, 1, 'hubspot:contacts:1')"
        )
        db.execute("create table ops.set_aside (crm text, object text, record_id text)")
        db.execute(
            "insert into ops.set_aside values ('hubspot', 'contacts', '1'), ('hubspot', 'companies', '1')"
        )
    erasure.erase(config)
    hashed = _all(config, "select sha256('hubspot:contacts:1')")[0][0]
    assert _all(config, "from ops.set_aside") == [("hubspot", "companies", "1")]
    assert _all(config, "from memory.log_identity_decisions") == [
        ("salesforce:leads:5", "lead-1", None, 1, f"erased:{hashed}")
    ]
    assert _all(config, "select count(*) from marts.fct_lead_scores where lead_id = 'lead-1'") == [(1,)]
    for table in erasure.MIXED:
        assert _all(config, f"select count(*) from {table} where lead_id = 'lead-1'") == [(0,)]


@pytest.mark.parametrize(("gone", "shown"), [(1, 0), (11, 89), (100, 900)])
def test_many_at_once_are_a_permission_that_was_taken_away(
    config: Settings, built: Callable[[Sequence[Due], int], None], gone: int, shown: int
) -> None:
    both = ("salesforce", "leads", "0", True)  # his other record is among the many
    built([*(("hubspot", "contacts", str(i), True) for i in range(gone)), both], shown)
    result = erasure.erase(config)
    assert result.withheld == {"hubspot.contacts": gone} | ({} if shown else {"salesforce.leads": 1})
    assert result.records == {}
    assert _all(config, "select count(*) from marts.fct_lead_scores") == [(100,)]
    assert not erasure.rewrite(config)
    sure = config.model_copy(update={"erase_at_most": 1.0})
    assert erasure.erase(sure).records == {"hubspot.contacts": gone, "salesforce.leads": 1}


@pytest.mark.parametrize(("gone", "shown"), [(10, 1), (50, 950)])
def test_a_few_or_a_small_share_are_believed(
    config: Settings, built: Callable[[Sequence[Due], int], None], gone: int, shown: int
) -> None:
    built([("hubspot", "contacts", str(i), True) for i in range(gone)], shown)
    assert erasure.erase(config).records == {"hubspot.contacts": gone}


def test_the_words_of_tasks_go_also_where_one_record_of_the_lead_does(
    config: Settings, built: Callable[[Sequence[Due], int], None]
) -> None:
    built([("hubspot", "contacts", "1", True), ("hubspot", "contacts", "2", False)], 99)
    task = '\'{"person_id": "9", "subject": "Call Ann"}\''
    with warehouse.writer(config.warehouse_file, 1) as db:
        db.execute(
            "create table memory.log_lead_tasks as select 'hubspot' as crm, 'k' || i as task_key, "
            "'lead-' || i as lead_id from range(1, 4) t(i);"
            "create table raw_hubspot.tasks (hs_object_id text, leadwright_task_key text, subject text);"
            "insert into raw_hubspot.tasks values ('71', 'k1', 'Call Ann'), ('72', 'k2', 'Call Bo'), ('73', null, 'x');"
            "create table ops.planned_changes (crm text, object text, record_id text, lead_id text, is_made bool);"
            "insert into ops.planned_changes values ('hubspot', 'tasks', 'k2', 'lead-2', true), "
            "('hubspot', 'contacts', '3', 'lead-2', false), ('hubspot', 'tasks', 'k3', 'lead-3', true);"
            "insert into ops.writes values ('hubspot', 'contacts', '3', 'lead-2', 'p', '{}', '{}', 'said', 'accepted');"
            "insert into ops.writes select crm, 'tasks', task_key, lead_id, 'p', '{}', "
            f"{task}, 'said', 'accepted' from memory.log_lead_tasks"
        )
    ids = [
        IdColumn("raw_hubspot", "tasks", "leadwright_task_key", (erasure.MADE_TASKS,), "hubspot"),
        IdColumn("raw_hubspot", "tasks", "hs_object_id", ("tasks",), "hubspot"),
    ]
    erasure.erase(config, ids)
    assert _all(
        config, "select record_id, lead_id, after_values is null, message from ops.writes order by 1"
    ) == [
        ("3", "lead-2", False, "said"),
        ("k1", None, True, None),
        ("k2", "lead-2", True, None),
        ("k3", "lead-3", False, "said"),
    ]
    assert _all(config, "select hs_object_id from raw_hubspot.tasks order by 1") == [("72",), ("73",)]
    assert _all(config, "select task_key from memory.log_lead_tasks order by 1") == [("k2",), ("k3",)]
    assert _all(config, "select record_id from ops.planned_changes order by 1") == [("3",), ("k3",)]
    kept_out = (
        "select object, record_hash = sha256('hubspot:made_tasks:k1') from ops.erasures where is_kept_out"
    )
    assert _all(config, kept_out) == [("made_tasks", True)]


def test_who_was_on_lists_is_named_by_no_note_of_it(
    config: Settings, built: Callable[[Sequence[Due], int], None]
) -> None:
    built([("hubspot", "contacts", "1", True), ("hubspot", "contacts", "2", False)], 99)
    with warehouse.writer(config.warehouse_file, 1) as db:
        db.execute(
            "create table ops.planned_changes (crm text, object text, record_id text, lead_id text, is_made bool);"
            "create table ops.undone (crm text, object text, record_id text);"
        )
        for number in (1, 2, 3):
            key = f"'hubspot', 'memberships', '{number}/Nurture'"
            db.execute(
                f"insert into ops.planned_changes values ({key}, 'lead-{number}', false);"
                f"insert into ops.undone values ({key});"
                f"insert into ops.writes values ({key}, 'lead-{number}', 'p', '{{}}', '{{}}', 'said', 'accepted')"
            )
    erasure.erase(config)
    ids = "select record_id from {} order by 1"
    assert _all(config, ids.format("ops.planned_changes")) == [("3/Nurture",)]
    assert _all(config, ids.format("ops.undone")) == [("3/Nurture",)]
    kept = _all(config, "select record_id, lead_id from ops.writes where record_id like '%/%'")
    assert kept == [("3/Nurture", "lead-3")]
    assert _all(config, "select count(*) from ops.writes where after_values is null") == [(2,)]


def test_the_file_is_written_anew_once_also_after_a_run_that_ended_in_between(
    config: Settings, built: Callable[[Sequence[Due], int], None]
) -> None:
    built([("hubspot", "contacts", "1", True)], 99)
    with warehouse.writer(config.warehouse_file, 1) as db:
        kept = "('leads', 'gone'), ('leads', 'here'), ('hubspot', 'x')"
        db.execute(f"insert into memory.log_account_decisions values {kept}")
        db.execute("insert into intermediate.int_accounts__records values ('here')")
    quoted = config.home / "logs" / "error-20260101-000000.txt"
    quoted.parent.mkdir()
    quoted.write_text("ValueError: ada@acme.example")
    erasure.erase(config)
    with warehouse.writer(config.warehouse_file, 1) as db:
        db.execute("delete from intermediate.int_identity__erasures_due")
    assert erasure.rewrite(config)
    assert not quoted.exists()
    assert _all(config, "select record_key from memory.log_account_decisions") == [("here",), ("x",)]
    assert _all(config, "select count(*) from ops.erasures where rewritten_at is null") == [(0,)]
    assert not erasure.rewrite(config)
