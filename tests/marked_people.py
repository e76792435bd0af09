"""People whose every text can be told from all others, for tests that search a home for what is left of them."""

from __future__ import annotations

import secrets
import ssl
from dataclasses import dataclass, field
from typing import Any

import httpx

from leadwright_sandbox.testing.org import ENVELOPE
from tests.installation import Installation, Sandbox

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


def found(installation: Installation, marks: set[str]) -> dict[str, list[str]]:
    """Mark -> the files of the home, and of Prefect's, that hold it."""
    places: dict[str, list[str]] = {}
    for folder in (installation.home, installation.prefect_home):
        for file in (file for file in folder.rglob("*") if file.is_file()):
            held = file.read_bytes()
            for mark in (mark for mark in marks if mark.encode() in held):
                places.setdefault(mark, []).append(file.name)
    return places


def lead_id(installation: Installation, person: Person) -> str:
    """The lead that he is in the published copy."""
    (row,) = installation.marts(f"select lead_id from marts.dim_leads where email = '{person.email}'")
    return str(row["lead_id"])
