"""Somebody who is erased in the CRMs is in no byte of the home after the next full run, and nobody else has changed."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadwright_sandbox.testing.org import ENVELOPE
from tests.installation import AS_OF, Installation, Sandbox

Start = Callable[..., Sandbox]
_HUBSPOT = (
    "firstname",
    "lastname",
    "jobtitle",
    "company",
    "phone",
    "city",
    "industry",
    "recent_conversion_event_name",
)
_SALESFORCE = ("LastName", "Title", "Company", "Phone", "City")
_SEEN = {
    "recent_conversion_date": "2026-06-01T10:00:00Z",
    "hs_analytics_last_visit_timestamp": "2026-06-02T10:00:00Z",
}
_OTHERS = {
    "dim_leads": "lead_id",
    "fct_lead_score_history": "lead_id, change_number",
    "fct_lead_score_line_changes": "lead_id, change_number, dimension, kind, line_key, feature",
    "fct_identity_decisions": "record_key, decision_number",
    "fct_lead_assignments": "lead_id",
}


def _mark() -> str:
    return f"mk{secrets.token_hex(9)}"


@dataclass
class Person:
    """Somebody with a mark of his own in every text field of each record, but for one address and one last name."""

    hubspot_id: str
    salesforce_id: str = ""
    mailbox: str = field(default_factory=_mark)
    domain: str = field(default_factory=_mark)
    site: str = field(default_factory=_mark)
    hubspot: dict[str, str] = field(default_factory=lambda: {name: _mark() for name in _HUBSPOT})
    salesforce: dict[str, str] = field(default_factory=lambda: {name: _mark() for name in _SALESFORCE})
    lead_id: str = ""

    def __post_init__(self) -> None:
        self.salesforce["LastName"] = self.hubspot["lastname"]

    @property
    def email(self) -> str:
        return f"{self.mailbox}@{self.domain}.example"

    @property
    def marks(self) -> set[str]:
        """What only his HubSpot record tells."""
        return {*self.hubspot.values(), self.site} - {*self.salesforce.values()}

    @property
    def all_marks(self) -> set[str]:
        return {
            *self.marks,
            *self.salesforce.values(),
            self.mailbox,
            self.domain,
            self.lead_id,
            self.salesforce_id,
        }


class Crms:
    """Both CRMs as an administrator uses them."""

    def __init__(self, crm: Sandbox) -> None:
        self._control = crm["control"]["url"]
        self._hubspot, self._salesforce = crm["hubspot"], crm["salesforce"]
        self._trust = ssl.create_default_context(cafile=self._salesforce["ca_file"])

    def enter(self, person: Person) -> None:
        own = {
            "hs_object_id": person.hubspot_id,
            "email": person.email,
            "hs_analytics_last_url": f"https://a.example/{person.site}",
        }
        self._post(
            f"{self._control}/hubspot/load", {"object": "contacts", "rows": [person.hubspot | _SEEN | own]}
        )
        lead = {**person.salesforce, "Email": person.email}
        made = self._post(
            f"{self._salesforce['url']}/services/data/v59.0/sobjects/Lead", lead, self._salesforce["token"]
        )
        person.salesforce_id = made.json()["id"]

    def erase_in_hubspot(self, person: Person) -> None:
        url = f"{self._hubspot['url']}/crm/v3/objects/contacts/gdpr-delete"
        self._post(url, {"objectId": person.hubspot_id}, self._hubspot["token"])

    def erase_in_salesforce(self, person: Person) -> None:
        said, headers = self._salesforce, {"Authorization": f"Bearer {self._salesforce['token']}"}
        url = f"{said['url']}/services/data/v59.0/sobjects/Lead/{person.salesforce_id}"
        httpx.delete(url, headers=headers, verify=self._trust, timeout=30).raise_for_status()
        text = ENVELOPE.format(
            token=said["token"], name="emptyRecycleBin", body=f"<ids>{person.salesforce_id}</ids>"
        )
        answer = httpx.post(
            f"{said['url']}/services/Soap/u/59.0", content=text, verify=self._trust, timeout=30
        )
        assert "<success>true</success>" in answer.text, answer.text

    def _post(self, url: str, body: Any, token: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = httpx.post(url, json=body, headers=headers, verify=self._trust, timeout=30)
        answer.raise_for_status()
        return answer


@dataclass
class Erased:
    """An installation whose CRMs were told to forget one person whole, and another in HubSpot alone."""

    installation: Installation
    whole: Person
    half: Person
    others_before: dict[str, list[dict[str, Any]]]
    found_before: set[str]
    run: dict[str, Any]


def _found(installation: Installation, marks: set[str]) -> dict[str, list[str]]:
    """Mark -> the files of the home, and of Prefect's, that hold it."""
    places: dict[str, list[str]] = {}
    for folder in (installation.home, installation.prefect_home):
        for file in (file for file in folder.rglob("*") if file.is_file()):
            held = file.read_bytes()
            for mark in (mark for mark in marks if mark.encode() in held):
                places.setdefault(mark, []).append(file.name)
    return places


def _others(installation: Installation, *people: Person) -> dict[str, list[dict[str, Any]]]:
    ours = {person.lead_id for person in people}
    read = {
        n: installation.marts(f"select * from marts.{n} order by {order}") for n, order in _OTHERS.items()
    }
    return {name: [row for row in rows if row["lead_id"] not in ours] for name, rows in read.items()}


def _lead_id(installation: Installation, person: Person) -> str:
    (row,) = installation.marts(f"select lead_id from marts.dim_leads where email = '{person.email}'")
    return str(row["lead_id"])


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
        person.lead_id = _lead_id(installation, person)
    (home / "logs").mkdir(exist_ok=True)
    (home / "logs" / "error-20260101-000000.txt").write_text(f"ValueError: {whole.email}")
    before = _others(installation, whole, half)
    found = set(_found(installation, whole.all_marks | half.marks | {whole.hubspot_id}))
    crms.erase_in_hubspot(whole)
    crms.erase_in_salesforce(whole)
    crms.erase_in_hubspot(half)
    return Erased(installation, whole, half, before, found, installation.json("run", "--full"))


def test_every_text_of_theirs_can_be_found_before(erased: Erased) -> None:
    assert erased.found_before == erased.whole.all_marks | erased.half.marks | {erased.whole.hubspot_id}


def test_no_byte_of_any_file_tells_of_them_afterwards(erased: Erased) -> None:
    whole, half = erased.whole, erased.half
    gone = whole.all_marks | half.marks | {whole.hubspot_id, half.hubspot_id}
    assert _found(erased.installation, gone) == {}
    assert erased.run["erased"] == {"hubspot.contacts": 2, "salesforce.leads": 1}


def test_what_the_other_crm_tells_of_a_person_stays_with_his_id(erased: Erased) -> None:
    assert _lead_id(erased.installation, erased.half) == erased.half.lead_id
    assert set(_found(erased.installation, {erased.half.mailbox, erased.half.salesforce_id}))
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
