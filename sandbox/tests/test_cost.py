"""What calls by id and by e-mail cost does not grow with the portal: counted in steps of SQLite, not in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from leadwright_sandbox.testing.portal import Portal

CONTACTS = "/crm/v3/objects/contacts"
FEW, MANY = 300, 6_000
IDS = [str(1_000 + 2 * number) for number in range(100)]
EMAILS = [f"c{number}@x.example" for number in range(50)]
numbers = count()


def filled(size: int) -> Portal:
    portal = Portal()
    rows = [
        {
            "hs_object_id": str(1_000 + number),
            "email": f"c{number}@x.example",
            "hs_additional_emails": f"d{number}@x.example" if number % 5 == 0 else "",
        }
        for number in range(size)
    ]
    portal.hubspot.load("contacts", rows)
    return portal


@pytest.fixture(scope="module")
def portals() -> Iterator[tuple[Portal, Portal]]:
    both = filled(FEW), filled(MANY)
    yield both
    for portal in both:
        portal.close()


def read(portal: Portal) -> None:
    portal(
        "POST", f"{CONTACTS}/batch/read", {"inputs": [{"id": each} for each in IDS], "properties": ["email"]}
    )


def read_by_email(portal: Portal) -> None:
    inputs = [{"id": email} for email in (*EMAILS, "d5@x.example", "nobody@x.example")]
    portal("POST", f"{CONTACTS}/batch/read", {"idProperty": "email", "inputs": inputs}, 207)


def update(portal: Portal) -> None:
    inputs = [{"id": each, "properties": {"jobtitle": f"Title {next(numbers)}"}} for each in IDS]
    portal("POST", f"{CONTACTS}/batch/update", {"inputs": inputs})


def create(portal: Portal) -> None:
    inputs = [{"properties": {"email": f"n{next(numbers)}@x.example"}} for _ in range(20)]
    portal("POST", f"{CONTACTS}/batch/create", {"inputs": inputs}, 201)


def search(name: str, operator: str, values: object) -> Callable[[Portal], None]:
    member = "values" if operator == "IN" else "value"
    body = {"filters": [{"propertyName": name, "operator": operator, member: values}], "limit": 100}
    return lambda portal: portal("POST", f"{CONTACTS}/search", body) and None


CALLS = {
    "batch read": read,
    "batch read by e-mail": read_by_email,
    "batch update": update,
    "batch create": create,
    "search by ids": search("hs_object_id", "IN", IDS),
    "search by id": search("hs_object_id", "EQ", IDS[7]),
    "search by e-mails": search("email", "IN", [*EMAILS, "d5@x.example"]),
}


def steps(portal: Portal, call: Callable[[Portal], None]) -> int:
    call(portal)  # the first one may look up what is then known, such as the next free id
    taken = count()
    portal.hubspot.store.db.set_progress_handler(lambda: next(taken) < 0, 100)
    try:
        call(portal)
    finally:
        portal.hubspot.store.db.set_progress_handler(None, 0)
    return next(taken)


@pytest.mark.parametrize("name", CALLS)
def test_cost_does_not_grow_with_the_portal(portals: tuple[Portal, Portal], name: str) -> None:
    few, many = (steps(portal, CALLS[name]) for portal in portals)
    assert many <= few * 1.3 + 5, f"{few} steps with {FEW} contacts, {many} with {MANY}"


def test_further_emails_are_found_however_they_come(portals: tuple[Portal, Portal]) -> None:
    portal = portals[0]

    def found(email: str) -> list[str]:
        body = {"filters": [{"propertyName": "email", "operator": "EQ", "value": email}]}
        return [each["id"] for each in portal("POST", f"{CONTACTS}/search", body)["results"]]

    assert found("D5@x.example") == ["1005"]
    portal.hubspot.load(
        "contacts", [{"hs_object_id": "1005", "hs_additional_emails": "p@x.example;Q@x.example"}]
    )
    assert (found("d5@x.example"), found("p@x.example"), found("q@x.example")) == ([], ["1005"], ["1005"])
    portal("POST", f"{CONTACTS}/gdpr-delete", {"objectId": "1005"}, 204)
    assert found("p@x.example") == []
    one, other = portal.contact(email="one@x.example"), portal.contact(email="two@x.example")
    merged = portal("POST", f"{CONTACTS}/merge", {"primaryObjectId": one, "objectIdToMerge": other})["id"]
    assert found("two@x.example") == [merged]
