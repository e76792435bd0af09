"""The recorded exchanges with a real Salesforce, asked again of the sandbox: status, headers and shape must agree.

The recordings left out the query strings, so a query is rebuilt from the records it returned. The org is set up as
the recorded one was: its custom fields are added, and standard fields its user did not see are hidden from ours.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import httpx
import pytest
from starlette.testclient import TestClient

from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.salesforce.fields import Field
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.org import TestClock

Exchange = dict[str, Any]
FIELD_FACTS = (
    "type",
    "soapType",
    "createable",
    "updateable",
    "nillable",
    "referenceTo",
    "custom",
    "filterable",
    "label",
    "length",
    "defaultedOnCreate",
    "permissionable",
    "extraTypeInfo",
    "restrictedPicklist",
    "scale",
    "precision",
    "relationshipName",
    "compoundFieldName",
    "calculated",
    "unique",
    "externalId",
    "cascadeDelete",
    "namePointing",
    "sortable",
    "nameField",
    "byteLength",
    "digits",
    "groupable",
    "aggregatable",
    "defaultValue",
)
ROW = re.compile(r".*/sobjects/(\w+)/(\w{15,18})")


def recordings(shared: Path) -> list[Path]:
    return sorted((shared / "contracts" / "recorded").glob("salesforce*.jsonl"))


def exchanges(path: Path) -> list[Exchange]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def shape(value: Any) -> Any:
    """The kinds of values in a JSON text, by key; nulls fit anything."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return None if value is None else type(value).__name__


def differences(real: Any, ours: Any, where: str = "") -> Iterator[str]:
    if isinstance(real, dict) and isinstance(ours, dict):
        yield from (
            f"{where}.{name} is only in the {'sandbox' if name in ours else 'recording'}"
            for name in real.keys() ^ ours.keys()
        )
        for name in real.keys() & ours.keys():
            yield from differences(real[name], ours[name], f"{where}.{name}")
    elif isinstance(real, list) and isinstance(ours, list):
        if len(real) != len(ours):
            yield f"{where} has {len(ours)} entries, recorded {len(real)}"
        for number, pair in enumerate(zip(real, ours, strict=False)):
            yield from differences(*pair, f"{where}[{number}]")
    elif real is not None and ours is not None and real != ours:
        yield f"{where} is {ours}, recorded {real}"


class Replay:
    """One recorded file against a fresh org."""

    def __init__(self, recorded: list[Exchange], custom: dict[tuple[str, str], Exchange]) -> None:
        self.recorded = recorded
        self.salesforce = Salesforce(Store(), TestClock(), limits=False)
        self.credentials = self.salesforce.credentials()
        self.client = TestClient(self.salesforce.app, base_url="https://acme.my.salesforce.com")
        self.ids: dict[str, str] = {}
        self._set_up(custom)
        self._load_older_records()

    def _set_up(self, custom: dict[tuple[str, str], Exchange]) -> None:
        seen: dict[str, set[str]] = {}
        for exchange in self.recorded:
            body, path = exchange["response"], exchange["path"]
            if path.endswith("/describe"):
                seen.setdefault(body["name"], set()).update(field["name"] for field in body["fields"])
            elif ROW.fullmatch(path) and exchange["status"] == 200:
                seen.setdefault(body["attributes"]["type"], set()).update(body.keys() - {"attributes"})
        for object_name in ("Account", "Contact"):
            owner = self.salesforce.org.schema.require(object_name)
            names = seen.get(object_name, set()) | {name for kind, name in custom if kind == object_name}
            for name in names - {field.name for field in owner.fields.values()}:
                facts = custom[(object_name, name)]
                field = Field(
                    name,
                    facts["type"],
                    length=facts["length"],
                    custom=True,
                    label=facts["label"],
                    precision=facts["precision"],
                    scale=facts["scale"],
                    unique=facts["unique"],
                    external_id=facts["externalId"],
                    restricted=facts["restrictedPicklist"],
                    picklist=tuple(each["value"] for each in facts["picklistValues"]),
                )
                field.guarded = object_name in seen and name not in seen[object_name]
                self.salesforce.org.schema.add_field(owner, field)
            for field in owner.fields.values():
                field.guarded = field.guarded or (object_name in seen and field.name not in seen[object_name])

    def _load_older_records(self) -> None:
        """The records that were there before the recording began."""
        created: set[str] = set()
        for exchange in self.recorded:
            body = exchange["response"]
            if exchange["method"] == "POST" and isinstance(body, list):
                created |= {each["id"] for each in body if "id" in each}
            for record in body.get("records", []) if isinstance(body, dict) else []:
                if record["Id"] not in created | self.ids.keys():
                    self.ids[record["Id"]] = record["Id"]
                    row = {name: value for name, value in record.items() if name != "attributes"}
                    self.salesforce.load(record["attributes"]["type"], [{"Name": "older", **row}])

    def ask(self, exchange: Exchange) -> httpx.Response:
        method, path, real = exchange["method"], exchange["path"], exchange["response"]
        headers = {"Authorization": f"Bearer {self.credentials['token']}"}
        if "Soap" in path:
            password = self.credentials["password"] + self.credentials["security_token"]
            text = exchange["request"].replace("SCRUBBED", self.credentials["username"], 1)
            return self.client.post(
                path, content=text.replace("SCRUBBED", password), headers={"Content-Type": "text/xml"}
            )
        if path.endswith("/query"):
            return self.client.get(path, params={"q": self._soql(real)}, headers=headers)
        if method == "DELETE":
            ids = ",".join(self.ids.get(each["id"], each["id"]) for each in real)
            return self.client.delete(path, params={"ids": ids}, headers=headers)
        body = exchange.get("request")
        path, body = self._ours(path), json.loads(self._ours(json.dumps(body))) if body else None
        return self.client.request(method, path, json=body, headers=headers)

    def _soql(self, real: Exchange) -> str:
        if not real["records"]:
            return "SELECT Id FROM Account WHERE Name = 'nobody has this name'"
        first = real["records"][0]
        ids = ",".join(f"'{self.ids[each['Id']]}'" for each in real["records"])
        names = ",".join(first.keys() - {"attributes"})
        return f"SELECT {names} FROM {first['attributes']['type']} WHERE Id IN ({ids}) ORDER BY Id"

    def _ours(self, text: str) -> str:
        for recorded, ours in self.ids.items():
            text = text.replace(recorded, ours)
        return text

    def compare(self, exchange: Exchange) -> list[str]:
        """What differs in one exchange; learns the ids of records that were created."""
        answer, real = self.ask(exchange), exchange["response"]
        found = [] if answer.status_code == exchange["status"] else [f"status {answer.status_code}"]
        found += self._headers(exchange["headers"], answer.headers)
        if "Soap" in exchange["path"]:
            return found + list(differences(_elements(real), _elements(answer.text)))
        ours = answer.json()
        if exchange["method"] == "POST" and isinstance(real, list):
            self.ids |= {r["id"]: o["id"] for r, o in zip(real, ours, strict=True) if "id" in r and "id" in o}
        if exchange["path"].endswith("/describe"):
            return found + list(_describe_differences(real, ours))
        codes = [_codes(body) for body in (real, ours)]
        return found + list(differences(shape(real), shape(ours))) + list(differences(*codes))

    def _headers(self, real: dict[str, str], ours: httpx.Headers) -> Iterator[str]:
        for name in real.keys() & {"ETag", "Last-Modified", "Sforce-Limit-Info", "Content-Type"}:
            if name not in ours:
                yield f"no header {name}"
        if ours.get("Content-Type", "").lower() != real["Content-Type"].lower():
            yield f"Content-Type {ours.get('Content-Type')}"
        if "Sforce-Limit-Info" in real and not re.fullmatch(
            r"api-usage=\d+/\d+", ours.get("Sforce-Limit-Info", "")
        ):
            yield "Sforce-Limit-Info"


def _elements(text: str) -> dict[str, Any]:
    return {element.tag: "text" for element in Xml.fromstring(text).iter()}


def _codes(body: Any) -> Any:
    """The codes, messages and success flags in an answer: these must be the same, not only of the same kind."""
    kept = ("errorCode", "statusCode", "success", "message", "fields", "done", "totalSize", "type")
    if isinstance(body, dict):
        return {
            name: each if name in kept else _codes(each)
            for name, each in body.items()
            if isinstance(each, (dict, list)) or name in kept
        }
    return [_codes(each) for each in body] if isinstance(body, list) else None


def _describe_differences(real: Exchange, ours: Exchange) -> Iterator[str]:
    """The recorded facts of the object and of each field; the org's other objects and layouts are its own."""
    plain = {name: each for name, each in real.items() if not isinstance(each, (list, dict))}
    yield from differences(plain, {name: ours.get(name) for name in plain})
    yield from (f"{name} is only in the sandbox" for name in ours.keys() - real.keys())
    yield from (f"{name} is only in the recording" for name in real.keys() - ours.keys())
    for name in ("childRelationships", "fields", "recordTypeInfos", "supportedScopes"):
        if real[name]:
            yield from differences(dict.fromkeys(real[name][0]), dict.fromkeys(ours[name][0]), name)
    yield from _children_differences(real["childRelationships"], ours["childRelationships"])
    shown = {field["name"]: field for field in ours["fields"]}
    for field in real["fields"]:
        mine = shown.pop(field["name"], {})
        for fact in FIELD_FACTS:
            if mine.get(fact) != field[fact]:
                yield f"{field['name']}.{fact} is {mine.get(fact)}, recorded {field[fact]}"
    yield from (f"field {name} is only in the sandbox" for name in shown)


def _children_differences(real: list[Exchange], ours: list[Exchange]) -> Iterator[str]:
    """What the recorded parent calls its children and which it takes along, of the objects that are served."""
    known = {(child["childSObject"], child["field"]): child for child in ours}
    for child in real:
        place = (child["childSObject"], child["field"])
        for fact in ("relationshipName", "cascadeDelete") if place in known else ():
            if known[place][fact] != child[fact]:
                yield f"{'.'.join(place)}.{fact} is {known[place][fact]}, recorded {child[fact]}"


@pytest.mark.shared
def test_recorded_exchanges_agree(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {path: exchanges(path) for path in recordings(shared)}
    custom = {
        (exchange["response"]["name"], field["name"]): field
        for recorded in files.values()
        for exchange in recorded
        if exchange["path"].endswith("/describe")
        for field in exchange["response"]["fields"]
    }
    asked, agreed = Counter[str](), Counter[str]()
    complaints: list[str] = []
    for path, recorded in files.items():
        replay = Replay(recorded, custom)
        for number, exchange in enumerate(recorded, 1):
            kind = f"{exchange['method']} {re.sub(r'/[0-9A-Za-z]{18}$', '/{id}', exchange['path'])}"
            found = replay.compare(exchange)
            asked[kind] += 1
            agreed[kind] += not found
            where = f"{path.stem.rpartition('___')[2]}:{number} {kind}"
            complaints += [f"{where}: {each}" for each in found]
    share = agreed.total() / asked.total()
    with capsys.disabled():
        sys.stdout.write(
            f"\nSalesforce: {agreed.total()} of {asked.total()} recorded exchanges agree ({share:.1%})\n"
        )
    assert not complaints, "\n".join(sorted(set(complaints))[:40])
    assert asked.total() > 200, "too few exchanges: were the recordings read?"
