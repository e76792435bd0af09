"""Whatever is done to the sandbox's contacts through the API, its ways of reading them agree with each other."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from sandbox.clock import Clock
from sandbox.hubspot import HubSpot
from sandbox.store import Store

NAMES = st.sampled_from(["", "Ann", "Bob", "Cleo", "ann"])
FIELDS = ["firstname", "lifecyclestage", "hs_merged_object_ids"]
STAGES = st.sampled_from(["", "lead", "customer", "other"])


class Contacts(RuleBasedStateMachine):
    """A portal beside a plain model of what it should hold."""

    people = Bundle("people")

    def __init__(self) -> None:
        super().__init__()
        hubspot = HubSpot(Store(), Clock(), limits=False)
        self.loop = asyncio.new_event_loop()
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(hubspot.app),
            base_url="http://portal",
            headers={"Authorization": f"Bearer {hubspot.token}"},
        )
        self.live: dict[str, dict[str, str]] = {}
        self.versions: dict[tuple[str, str], list[str]] = {}
        self.archived: set[str] = set()

    def call(self, method: str, path: str, body: object = None, **query: str) -> Any:
        sent = self.client.request(method, f"/crm/v3/objects/contacts{path}", json=body, params=query)
        answer = self.loop.run_until_complete(sent)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def wrote(self, record_id: str, name: str, value: str) -> None:
        versions = self.versions.setdefault((record_id, name), [])
        before = self.live[record_id].get(name, "")
        if value != before:
            versions.append(value)
        self.live[record_id][name] = value

    @rule(target=people, name=NAMES, stage=STAGES)
    def create(self, name: str, stage: str) -> str:
        made: str = self.call("POST", "", {"properties": {"firstname": name, "lifecyclestage": stage}})["id"]
        self.live[made] = {}
        self.wrote(made, "firstname", name)
        self.wrote(made, "lifecyclestage", stage)
        return made

    @rule(target=people, names=st.lists(NAMES, min_size=1, max_size=3))
    def create_batch(self, names: list[str]) -> Any:
        inputs = [{"properties": {"firstname": name}} for name in names]
        made = [record["id"] for record in self.call("POST", "/batch/create", {"inputs": inputs})["results"]]
        for record_id, name in zip(made, names, strict=True):
            self.live[record_id] = {}
            self.wrote(record_id, "firstname", name)
        return multiple(*made)

    @rule(person=people, name=NAMES)
    def update(self, person: str, name: str) -> None:
        self.call("PATCH", f"/{person}", {"properties": {"firstname": name}})
        self.wrote(person, "firstname", name)

    @rule(person=people, stage=STAGES)
    def update_batch(self, person: str, stage: str) -> None:
        self.call(
            "POST", "/batch/update", {"inputs": [{"id": person, "properties": {"lifecyclestage": stage}}]}
        )
        self.wrote(person, "lifecyclestage", stage)

    @rule(person=consumes(people))
    def archive(self, person: str) -> None:
        self.call("DELETE", f"/{person}")
        del self.live[person]
        self.archived.add(person)

    @rule(winner=people, loser=consumes(people))
    def merge(self, winner: str, loser: str) -> None:
        if winner == loser:  # consumed as well: let it be archived instead
            return self.archive(winner)
        self.call("POST", "/merge", {"primaryObjectId": winner, "objectIdToMerge": loser})
        for name in ("firstname", "lifecyclestage"):
            if not self.live[winner].get(name) and self.live[loser].get(name):
                self.wrote(winner, name, self.live[loser][name])
        merged = [*self.merged_into(winner), *self.merged_into(loser), loser]
        self.live[winner]["hs_merged_object_ids"] = ";".join(merged)
        del self.live[loser]
        self.archived.add(loser)
        return None

    def merged_into(self, record_id: str) -> list[str]:
        return [part for part in self.live[record_id].get("hs_merged_object_ids", "").split(";") if part]

    def shown(self, records: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
        return {
            record["id"]: {name: record["properties"][name] or "" for name in FIELDS} for record in records
        }

    def expected(self) -> dict[str, dict[str, str]]:
        return {
            record_id: {name: row.get(name, "") for name in FIELDS} for record_id, row in self.live.items()
        }

    @invariant()
    def list_search_and_batch_read_agree(self) -> None:
        names = {"properties": ",".join(FIELDS)}
        listed = self.call("GET", "", limit="100", **names)["results"]
        found = self.call("POST", "/search", {"limit": 200, "properties": FIELDS})
        assert found["total"] == len(self.live)
        assert self.shown(listed) == self.shown(found["results"]) == self.expected()
        assert [r["updatedAt"] for r in listed] == [r["updatedAt"] for r in found["results"]]
        gone = self.call("GET", "", limit="100", archived="true")["results"]
        assert {record["id"] for record in gone} == self.archived
        if self.live:
            inputs = [{"id": record_id} for record_id in self.live]
            read = self.call("POST", "/batch/read", {"inputs": inputs, "properties": FIELDS})["results"]
            assert self.shown(read) == self.expected()

    @invariant()
    def filters_find_what_the_list_shows(self) -> None:
        for name in ("Ann", "Bob"):
            body = {"filters": [{"propertyName": "firstname", "operator": "EQ", "value": name}], "limit": 200}
            found = {record["id"] for record in self.call("POST", "/search", body)["results"]}
            wanted = {i for i, row in self.live.items() if row.get("firstname", "").lower() == name.lower()}
            assert found == wanted

    @invariant()
    def history_has_every_version(self) -> None:
        for record_id, row in self.live.items():
            for name in ("firstname", "lifecyclestage"):
                read = self.call("GET", f"/{record_id}", propertiesWithHistory=name)
                versions = [version["value"] for version in read["propertiesWithHistory"][name]]
                assert versions == list(reversed(self.versions.get((record_id, name), []))), row

    def teardown(self) -> None:
        self.loop.run_until_complete(self.client.aclose())
        self.loop.close()


Contacts.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=12,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestContacts = Contacts.TestCase
