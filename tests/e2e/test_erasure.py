"""Somebody who is erased in the CRMs is in no byte of the home after the next full run, and nobody else has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.installation import AS_OF, Installation, Sandbox
from tests.marked_people import Crms, Person, found, lead_id

Start = Callable[..., Sandbox]
_OTHERS = {
    "dim_leads": "lead_id",
    "fct_lead_score_history": "lead_id, change_number",
    "fct_lead_score_line_changes": "lead_id, change_number, dimension, kind, line_key, feature",
    "fct_identity_decisions": "record_key, decision_number",
    "fct_lead_assignments": "lead_id",
}


@dataclass
class Erased:
    """An installation whose CRMs were told to forget one person whole, and another in HubSpot alone."""

    installation: Installation
    whole: Person
    half: Person
    others_before: dict[str, list[dict[str, Any]]]
    found_before: set[str]
    run: dict[str, Any]


def _others(installation: Installation, *people: Person) -> dict[str, list[dict[str, Any]]]:
    ours = {person.lead_id for person in people}
    read = {
        n: installation.marts(f"select * from marts.{n} order by {order}") for n, order in _OTHERS.items()
    }
    return {name: [row for row in rows if row["lead_id"] not in ours] for name, rows in read.items()}


@pytest.fixture(scope="module")
def erased(
    start_sandbox: Start,
    tmp_path_factory: pytest.TempPathFactory,
    prefect_home: Path,
    prefect_api: dict[str, str],
) -> Erased:
    crm = start_sandbox("--leads", "40", "--seed", "3", "--now", AS_OF, "--no-limits", "--control")
    home = tmp_path_factory.mktemp("erasure") / "home"
    installation = Installation(home, prefect_home, crm, dict(prefect_api))
    crms, whole, half = Crms(crm), Person("987654321001"), Person("987654321002")
    crms.enter(whole)
    crms.enter(half)
    installation.command("run")
    for person in (whole, half):
        person.lead_id = lead_id(installation, person)
    (home / "logs").mkdir(exist_ok=True)
    (home / "logs" / "error-20260101-000000.txt").write_text(f"ValueError: {whole.email}")
    before = _others(installation, whole, half)
    found_before = set(found(installation, whole.all_marks | half.marks | {whole.hubspot_id}))
    crms.erase_in_hubspot(whole)
    crms.erase_in_salesforce(whole)
    crms.erase_in_hubspot(half)
    return Erased(installation, whole, half, before, found_before, installation.json("run", "--full"))


def test_every_text_of_theirs_can_be_found_before(erased: Erased) -> None:
    assert erased.found_before == erased.whole.all_marks | erased.half.marks | {erased.whole.hubspot_id}


def test_no_byte_of_any_file_tells_of_them_afterwards(erased: Erased) -> None:
    whole, half = erased.whole, erased.half
    gone = whole.all_marks | half.marks | {whole.hubspot_id, half.hubspot_id}
    assert found(erased.installation, gone) == {}
    assert erased.run["erased"] == {"hubspot.contacts": 2, "salesforce.leads": 1}


def test_what_the_other_crm_tells_of_a_person_stays_with_his_id(erased: Erased) -> None:
    assert lead_id(erased.installation, erased.half) == erased.half.lead_id
    assert set(found(erased.installation, {erased.half.mailbox, erased.half.salesforce_id}))
    history = erased.installation.marts(
        f"select * from marts.fct_lead_score_history where lead_id = '{erased.half.lead_id}'"
    )
    assert history[0]["change_number"] == 1


def test_everybody_else_is_as_before(erased: Erased) -> None:
    after = _others(erased.installation, erased.whole, erased.half)
    assert after == erased.others_before
    assert all(after.values())


def test_the_ledger_keeps_that_something_was_sent_and_of_whom_only_a_hash(erased: Erased) -> None:
    sent = erased.installation.rows(
        "select w.status, w.lead_id, w.before_values, w.after_values, e.rewritten_at "
        "from ops.writes w join ops.erasures e on e.record_hash = w.record_id "
        f"where e.record_hash = sha256('hubspot:contacts:{erased.whole.hubspot_id}')"
    )
    assert [{**row, "rewritten_at": None} for row in sent] == [
        dict.fromkeys(("lead_id", "before_values", "after_values", "rewritten_at")) | {"status": "accepted"}
    ]
    assert all(row["rewritten_at"] for row in sent)


def test_the_warehouse_is_whole_and_nothing_is_left_to_send(erased: Erased) -> None:
    left = erased.installation.json("sync", "--dry-run")["written"]
    assert {name: w["planned"] for name, w in left.items()} == dict.fromkeys(left, 0)
    views = erased.installation.rows("select count(*) as n from duckdb_views() where schema_name = 'staging'")
    assert views[0]["n"] > 10
    assert erased.installation.rows("select * from intermediate.int_identity__erasures_due") == []
