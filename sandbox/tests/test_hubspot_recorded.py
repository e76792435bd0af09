"""The sandbox's HubSpot against exchanges recorded with the real one: the same request must get the same shape.

Each exchange is replayed alone: the portal is brought into the state that the recorded answer shows, the recorded
request is sent, and status, headers and the shape of the body are compared.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.app import build_app
from leadwright_sandbox.hubspot.limits import SEARCHES_PER_SECOND, Limits
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.properties import Property
from leadwright_sandbox.store import Store, quoted

pytestmark = pytest.mark.shared

CUSTOM = "2-3604285"
HEADERS_THAT_MATTER = ("content-type", "x-hubspot-ratelimit-")
NOT_HUBSPOT = "the old client's own token service, not HubSpot's"
NO_AUTHOR = "only a list made with a person's key has an author; the sandbox knows no such keys"
CUSTOM_PROPERTIES = {
    "contacts": ("text_field", "number_field", "date_field", "lifetime_value__custom_"),
    "companies": ("date_field",),
}


@pytest.fixture(scope="module")
def exchanges(shared: Path) -> list[dict[str, Any]]:
    files = sorted((shared / "contracts" / "recorded").glob("hubspot___*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


class Portal:
    """A portal that can be put into any state."""

    def __init__(self) -> None:
        self.hubspot = HubSpot(Store(), Clock(), limits=True)
        self.loop = asyncio.new_event_loop()
        transport = httpx.ASGITransport(build_app(self.hubspot))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://portal")
        self._define_custom_object()
        for object_name, names in CUSTOM_PROPERTIES.items():
            kind = self.kind(object_name)
            for name in names:
                self.hubspot.records.tables.add_property(
                    kind, Property(name, name, "string", "text", "x", standard=False)
                )

    def _define_custom_object(self) -> None:
        names = (
            "grouparoo_object_property",
            "email",
            "first_name",
            "last_name",
            "text_field",
            "number_field",
            "date_field",
        )
        made = self.send(
            {
                "method": "POST",
                "path": "/crm/v3/schemas",
                "request": {
                    "name": "grouparoo_object",
                    "labels": {"singular": "Grouparoo object", "plural": "Grouparoo objects"},
                    "primaryDisplayProperty": names[0],
                    "requiredProperties": [names[0]],
                    "searchableProperties": [names[0]],
                    "properties": [
                        {"name": name, "label": name, "type": "string", "fieldType": "text"} for name in names
                    ],
                    "associatedObjects": ["emails"],
                },
            }
        )
        assert made.status_code == 201, made.text
        kind = self.kind(made.json()["objectTypeId"])
        self.hubspot.types.add(kind, CUSTOM)

    def kind(self, name: str) -> ObjectType:
        found = self.hubspot.types.find(name)
        assert found is not None
        return found

    def empty(self) -> None:
        for kind in self.hubspot.types:
            self.hubspot.store.db.execute(f"delete from {quoted(kind.name)}")
            for known in kind.properties.values():
                known.archived_at = None
        self.hubspot.search_lag.forget()
        self.hubspot.store.db.execute("delete from _associations")
        for found in self.hubspot.lists.all():
            self.hubspot.lists.remove(found)

    def hold(self, object_name: str, record_id: str, properties: dict[str, Any] | None = None) -> None:
        """Make the portal hold a record as it was recorded."""
        kind = self.kind(object_name)
        known = {name: value for name, value in (properties or {}).items() if value not in (None, "")}
        self.hubspot.load(kind.name, [{**known, "hs_object_id": record_id}])
        cleared = [
            name for name, value in (properties or {}).items() if value == "" and name in kind.properties
        ]
        if cleared:
            self.hubspot.store.update(kind.name, "hs_object_id", record_id, dict.fromkeys(cleared, ""))

    def send(self, exchange: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self.hubspot.token}"}
        body = exchange.get("request")
        sent = {} if exchange["method"] in ("GET", "DELETE") or body is None else {"json": body}
        answer = self.client.request(exchange["method"], exchange["path"], headers=headers, **sent)  # type: ignore[arg-type]
        return self.loop.run_until_complete(answer)


def exception(exchange: dict[str, Any]) -> str | None:
    """Why the sandbox does not agree with an exchange; these count as disagreeing."""
    if exchange["path"].startswith("/api/v1/oauth/"):
        return NOT_HUBSPOT
    if exchange["path"].startswith("/contacts/v1/lists") and "authorId" in (exchange.get("response") or {}):
        return NO_AUTHOR
    return None


def object_in(path: str) -> str:
    return path.split("/")[4]


def shown_records(body: object) -> Iterator[dict[str, Any]]:
    results = body.get("results", []) if isinstance(body, dict) else []
    for item in results:
        if isinstance(item, dict) and "properties" in item and "objectTypeId" not in item:
            yield item


def arrange(portal: Portal, exchange: dict[str, Any]) -> None:
    """Bring the portal into the state in which the recorded answer was given."""
    portal.empty()
    path, answer, request = exchange["path"], exchange.get("response"), exchange.get("request") or {}
    if path.startswith("/crm/v3/objects"):
        arrange_records(portal, exchange)
    elif "/profile" in path and exchange["status"] == 200:
        if "associated-company" in answer:
            company = answer["associated-company"]
            values = {name: it["value"] for name, it in company["properties"].items()}
            portal.hold("companies", str(company["company-id"]), values)
        portal.hold("contacts", str(answer["vid"]), {k: v["value"] for k, v in answer["properties"].items()})
        emails = {"email": answer["properties"].get("email", {}).get("value")}
        portal.hubspot.store.update("contacts", "hs_object_id", str(answer["vid"]), emails)
        for _ in answer["list-memberships"]:
            portal.hubspot.lists.add(
                portal.hubspot.lists.create("List", "0-1", "MANUAL"), [str(answer["vid"])]
            )
    elif "createOrUpdate" in path and exchange["status"] == 200 and not answer["isNew"]:
        portal.hold("contacts", str(answer["vid"]), {"email": "person@example.com"})
    elif path.startswith("/contacts/v1/contact/vid/"):
        portal.hold("contacts", path.split("?")[0].rsplit("/", 1)[1])
    elif path.startswith("/contacts/v1/lists"):
        arrange_lists(portal, exchange)
    elif path.startswith("/crm-associations"):
        portal.hold("contacts", str(request.get("fromObjectId", "1")))
        portal.hold("companies", str(request.get("toObjectId", "1")))
        linked = answer["results"] if answer else []
        portal.hubspot.load_associations(
            ("contacts", path.split("/")[4], "companies", str(record_id)) for record_id in linked
        )


def arrange_records(portal: Portal, exchange: dict[str, Any]) -> None:
    name, path = object_in(exchange["path"]), exchange["path"]
    portal.hubspot.limits = limits = Limits(enforced=exchange["status"] == 429)
    if limits.enforced:
        for _ in range(SEARCHES_PER_SECOND):
            limits.admit(search=True)
    if path.endswith("/search") and exchange["status"] == 200:
        arrange_search(portal, name, exchange)
    elif path.endswith(("/batch/update", "/batch/archive")):
        for item in exchange["request"]["inputs"]:
            portal.hold(name, item["id"])


def arrange_search(portal: Portal, name: str, exchange: dict[str, Any]) -> None:
    """Hold the records found; a record that no filter fits any more was found under its former value."""
    kind = portal.kind(name)
    filters = [item for group in exchange["request"]["filterGroups"] for item in group["filters"]]
    searched = filters[0]["propertyName"]
    wanted = [item["value"].lower() for item in filters]
    records = list(shown_records(exchange["response"]))
    for known in kind.properties.values():
        if not known.standard:
            shown = not records or known.name in records[0]["properties"]
            known.archived_at = None if shown else "2022-01-01T00:00:00.000Z"
    for record in records:
        properties = record["properties"]
        if properties[searched].lower() not in wanted:
            portal.hold(name, record["id"], {**properties, searched: wanted[0]})
            portal.hubspot.search_lag.seconds = 60
            portal.hubspot.search_lag.keep(kind, [record["id"]])
            portal.hubspot.search_lag.seconds = 0
        portal.hold(name, record["id"], properties)


def arrange_lists(portal: Portal, exchange: dict[str, Any]) -> None:
    path, answer = exchange["path"], exchange.get("response")
    if "static" in path:
        for item in answer["lists"]:
            made = portal.hubspot.lists.create(item["name"], "0-1", "MANUAL")
            portal.hubspot.lists.add(made, [str(number) for number in range(item["metaData"]["size"])])
        return
    parts = path.split("?")[0].split("/")
    if len(parts) > 4 and parts[4].isdigit():
        made = portal.hubspot.lists.create("List", "0-1", "MANUAL")
        exchange["path"] = path.replace(f"/{parts[4]}", f"/{made.id}", 1)
        for vid in [*answer["updated"], *answer["discarded"]] if answer else []:
            portal.hold("contacts", str(vid), {"email": "person@example.com"})
        present = answer["discarded" if path.endswith("add") else "updated"] if answer else []
        portal.hubspot.lists.add(made, map(str, present))


def shape(value: object, depth: int = 0) -> object:
    """The keys and types of a body. A list is as its first element; other values of a type are alike."""
    if isinstance(value, dict):
        return {key: shape(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0], depth + 1)] if value else []
    return (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )


def by_id(body: Any) -> Any:
    """Results in the order of their ids: HubSpot gives batches in any order."""
    if any(shown_records(body)):
        return {**body, "results": sorted(body["results"], key=lambda item: str(item.get("id")))}
    return body


def differences(exchange: dict[str, Any], answer: Any) -> list[str]:
    """Where the sandbox's answer differs from the recorded one."""
    found = []
    if answer.status_code != exchange["status"]:
        return [f"status {answer.status_code} instead of {exchange['status']}"]
    wanted = {name.lower() for name in exchange["headers"] if name.lower().startswith(HEADERS_THAT_MATTER)}
    given = {name.lower() for name in answer.headers if name.lower().startswith(HEADERS_THAT_MATTER)}
    if not wanted <= given:
        found.append(f"headers {sorted(wanted - given)} missing")
    body = answer.json() if answer.content else ""
    recorded = exchange["response"]
    if exchange["path"].startswith(("/crm/v3/schemas", "/properties/v1")):
        found += different_definitions(recorded, body)
    elif shape(by_id(recorded)) != shape(by_id(body)):
        found.append(f"shape {shape(by_id(body))} instead of {shape(by_id(recorded))}")
    return found


def different_definitions(recorded: Any, body: Any) -> list[str]:
    """Definitions carry optional members here and there: those that every recorded one has must be there."""
    if isinstance(recorded, list):
        return missing_members(recorded, body, "property")
    first, other = (it["results"][0] if "results" in it else it for it in (recorded, body))
    found = [] if set(first) <= set(other) else [f"members {sorted(set(first) - set(other))} missing"]
    found += missing_members(first["associations"], other["associations"], "association")
    return found + missing_members(first["properties"], other["properties"], "property")


def missing_members(recorded: list[dict[str, Any]], given: list[dict[str, Any]], what: str) -> list[str]:
    always = set.intersection(*(set(item) for item in recorded))
    missing = always - set.intersection(*(set(item) for item in given))
    return [f"{what} members {sorted(missing)} missing"] if missing else []


def template(exchange: dict[str, Any]) -> str:
    parts = [
        "{n}" if part.isdigit() and len(part) > 1 else part
        for part in exchange["path"].split("?")[0].split("/")
    ]
    return f"{exchange['method']} {'/'.join(parts)}"


def test_recorded_exchanges_get_the_same_shape(
    exchanges: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    portal = Portal()
    disagree: Counter[str] = Counter()
    reasons: dict[str, str] = {}
    for exchange in exchanges:
        name = template(exchange)
        reason = exception(exchange)
        if reason:
            disagree[f"{name}: {reason}"] += 1
            continue
        arrange(portal, exchange)
        found = differences(exchange, portal.send(exchange))
        if found:
            disagree[f"{name} {exchange['status']}"] += 1
            reasons[f"{name} {exchange['status']}"] = "; ".join(found)[:2500]
    share = 1 - disagree.total() / len(exchanges)
    with capsys.disabled():
        print(f"\nrecorded HubSpot exchanges: {len(exchanges)}, agreeing: {share:.1%}, not: {dict(disagree)}")  # noqa: T201
    assert not reasons, "\n".join(f"{name}: {reason}" for name, reason in reasons.items())
    assert share >= 0.95
