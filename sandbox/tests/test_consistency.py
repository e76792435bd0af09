"""Whatever is done to the sandbox's contacts and companies through the API, its ways of reading them agree."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from hubspot_model import FIELDS, STAGES, Person, merged
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.app import build_app
from leadwright_sandbox.store import Store

NAMES = st.sampled_from(["", "Ann", "Bob", "Cleo", "ann"])
EMAILS = [f"{name}@example.com" for name in ("a", "b", "c", "d")]
PLAIN, PRIMARY = 279, 1
CONTACTS, COMPANIES = "/crm/v3/objects/contacts", "/crm/v3/objects/companies"


class Portal(RuleBasedStateMachine):
    """A portal beside a plain model of what it should hold."""

    people = Bundle("people")
    companies = Bundle("companies")

    def __init__(self) -> None:
        super().__init__()
        hubspot = HubSpot(Store(), Clock(), limits=False)
        self.loop = asyncio.new_event_loop()
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(build_app(hubspot)),
            base_url="http://portal",
            headers={"Authorization": f"Bearer {hubspot.token}"},
        )
        self.live: dict[str, Person] = {}
        self.firms: set[str] = set()
        self.archived: dict[str, set[str]] = {CONTACTS: set(), COMPANIES: set()}
        self.leads_to: dict[str, str] = {}
        given = {"name": "L", "objectTypeId": "0-1", "processingType": "MANUAL"}
        self.members = (
            f"/crm/v3/lists/{self.call('POST', '/crm/v3/lists', given)['list']['listId']}/memberships"
        )

    def send(self, method: str, path: str, body: object = None, **query: object) -> httpx.Response:
        asked = {name: str(value) for name, value in query.items()}
        return self.loop.run_until_complete(self.client.request(method, path, json=body, params=asked))

    def call(self, method: str, path: str, body: object = None, **query: object) -> Any:
        answer = self.send(method, path, body, **query)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def holder(self, email: str) -> str | None:
        return next((it for it, who in self.live.items() if email in (who.email, *who.further)), None)

    # -- contacts --------------------------------------------------------------------------------------------------

    @rule(target=people, name=NAMES, stage=st.sampled_from(STAGES), email=st.sampled_from(["", *EMAILS]))
    def create(self, name: str, stage: str, email: str) -> Any:
        properties = {"firstname": name, "lifecyclestage": stage, "email": email}
        answer = self.send("POST", CONTACTS, {"properties": properties})
        if email and (there := self.holder(email)):
            assert answer.status_code == 409 and answer.json()["message"].endswith(f" {there}")
            return multiple()
        assert answer.status_code == 201, answer.text
        made: str = answer.json()["id"]
        self.live[made] = Person(lifecyclestage=stage, email=email)
        self.live[made].call_it(name)
        return made

    @rule(target=people, names=st.lists(NAMES, min_size=1, max_size=3))
    def create_batch(self, names: list[str]) -> Any:
        inputs = [{"properties": {"firstname": name}} for name in names]
        made = self.call("POST", f"{CONTACTS}/batch/create", {"inputs": inputs})["results"]
        for record, name in zip(made, names, strict=True):
            self.live[record["id"]] = Person()
            self.live[record["id"]].call_it(name)
        return multiple(*(record["id"] for record in made))

    @rule(target=people, email=st.sampled_from(EMAILS), name=NAMES)
    def upsert(self, email: str, name: str) -> Any:
        item = {"idProperty": "email", "id": email, "properties": {"firstname": name}}
        [done] = self.call("POST", f"{CONTACTS}/batch/upsert", {"inputs": [item]})["results"]
        there = self.holder(email)
        assert done["new"] is (there is None) and there in (None, done["id"])
        self.live.setdefault(done["id"], Person(email=email)).call_it(name)
        return multiple() if there else done["id"]

    @rule(person=people, name=NAMES)
    def update(self, person: str, name: str) -> None:
        former = [old for old, now in self.leads_to.items() if now == person]
        called = former[0] if former else person  # a former id means the same record
        self.call("PATCH", f"{CONTACTS}/{called}", {"properties": {"firstname": name}})
        self.live[person].call_it(name)

    @rule(person=people, stage=st.sampled_from(STAGES))
    def update_batch(self, person: str, stage: str) -> None:
        inputs = [{"id": person, "properties": {"lifecyclestage": stage}}]
        self.call("POST", f"{CONTACTS}/batch/update", {"inputs": inputs})
        self.live[person].lifecyclestage = stage

    @rule(person=people, email=st.sampled_from(EMAILS))
    def change_email(self, person: str, email: str) -> None:
        answer = self.send("PATCH", f"{CONTACTS}/{person}", {"properties": {"email": email}})
        taken = self.holder(email) not in (None, person)
        assert answer.status_code == (400 if taken else 200), answer.text
        if not taken:
            self.live[person].take(email)

    @rule(gone=st.lists(consumes(people), min_size=1, max_size=2, unique=True), by_batch=st.booleans())
    def archive(self, gone: list[str], by_batch: bool) -> None:
        if by_batch:
            inputs = [{"id": person} for person in gone]
            self.call("POST", f"{CONTACTS}/batch/archive", {"inputs": inputs})
        for person in gone:
            self.call("DELETE", f"{CONTACTS}/{person}")
            self.forget(person)
            self.archived[CONTACTS].add(person)

    @rule(person=consumes(people))
    def purge(self, person: str) -> None:
        self.call("POST", f"{CONTACTS}/gdpr-delete", {"objectId": person})
        self.forget(person)

    def forget(self, person: str) -> None:
        del self.live[person]
        self.leads_to = {old: now for old, now in self.leads_to.items() if now != person}

    @rule(target=people, primary=consumes(people), other=consumes(people))
    def merge(self, primary: str, other: str) -> str:
        ids = {"primaryObjectId": primary, "objectIdToMerge": other}
        there: str = self.call("POST", f"{CONTACTS}/merge", ids)["id"]
        assert there not in self.live
        self.live[there] = merged(primary, self.live.pop(primary), other, self.live.pop(other))
        self.archived[CONTACTS] |= {primary, other}
        self.leads_to |= dict.fromkeys(self.live[there].former, there)
        return there

    # -- companies, links and lists --------------------------------------------------------------------------------

    @rule(target=companies)
    def create_company(self) -> str:
        made: str = self.call("POST", COMPANIES, {"properties": {"name": "Acme"}})["id"]
        self.firms.add(made)
        return made

    @rule(company=consumes(companies))
    def archive_company(self, company: str) -> None:
        self.call("DELETE", f"{COMPANIES}/{company}")
        self.firms.remove(company)
        self.archived[COMPANIES].add(company)
        for person in self.live.values():
            person.unlink(company)

    @rule(target=companies, primary=consumes(companies), other=consumes(companies))
    def merge_companies(self, primary: str, other: str) -> str:
        ids = {"primaryObjectId": primary, "objectIdToMerge": other}
        there: str = self.call("POST", f"{COMPANIES}/merge", ids)["id"]
        self.firms = self.firms - {primary, other} | {there}
        self.archived[COMPANIES] |= {primary, other}
        for person in self.live.values():
            kept = [there if company in (primary, other) else company for company in person.companies]
            person.companies = list(dict.fromkeys(kept))
            person.primary = there if person.primary in (primary, other) else person.primary
        return there

    @rule(person=people, company=companies, kind=st.sampled_from([PLAIN, PRIMARY]))
    def link(self, person: str, company: str, kind: int) -> None:
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}]
        self.call("PUT", f"/crm/v4/objects/contacts/{person}/associations/companies/{company}", types)
        self.live[person].link(company, kind == PRIMARY)

    @rule(person=people, company=companies)
    def unlink(self, person: str, company: str) -> None:
        self.call("DELETE", f"/crm/v4/objects/companies/{company}/associations/contacts/{person}")
        self.live[person].unlink(company)

    @rule(person=people, company=companies)
    def write_company(self, person: str, company: str) -> None:
        changes = {"properties": {"associatedcompanyid": company}}
        self.call("PATCH", f"{CONTACTS}/{person}", changes)
        self.live[person].link(company, primary=True)

    @rule(person=people, add=st.booleans())
    def change_list(self, person: str, add: bool) -> None:
        self.call("PUT", f"{self.members}/{'add' if add else 'remove'}", [person])
        self.live[person].listed = add

    # -- what must hold --------------------------------------------------------------------------------------------

    def paged(self, path: str, limit: int, **query: object) -> list[dict[str, Any]]:
        found, after = [], {}
        while True:
            page = self.call("GET", path, limit=limit, **after, **query)
            assert len(page["results"]) <= limit
            found += page["results"]
            if "paging" not in page:
                return found
            after = {"after": page["paging"]["next"]["after"]}

    def shown(self, records: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
        assert len({record["id"] for record in records}) == len(records)
        return {it["id"]: {name: it["properties"][name] or "" for name in FIELDS} for it in records}

    @invariant()
    def list_search_and_batch_read_agree(self) -> None:
        expected = {record_id: person.shown() for record_id, person in self.live.items()}
        listed = self.paged(CONTACTS, 1 + len(self.live) % 3, properties=",".join(FIELDS))
        found = self.call("POST", f"{CONTACTS}/search", {"limit": 200, "properties": FIELDS})
        assert found["total"] == len(self.live)
        assert self.shown(listed) == self.shown(found["results"]) == expected
        assert [r["updatedAt"] for r in listed] == [r["updatedAt"] for r in found["results"]]
        for path, archived in self.archived.items():
            assert {record["id"] for record in self.paged(path, 100, archived="true")} == archived
        assert {record["id"] for record in self.paged(COMPANIES, 2)} == self.firms
        if asked := [*self.live, *self.leads_to]:
            inputs = [{"id": record_id} for record_id in asked]
            body = {"inputs": inputs, "properties": FIELDS}
            assert self.shown(self.call("POST", f"{CONTACTS}/batch/read", body)["results"]) == expected

    @invariant()
    def whatever_means_a_record_finds_it(self) -> None:
        for former, there in self.leads_to.items():
            assert self.call("GET", f"{CONTACTS}/{former}")["id"] == there
        for email in EMAILS:
            there = self.holder(email)
            answer = self.send("GET", f"{CONTACTS}/{email}", idProperty="email")
            assert answer.json()["id"] == there if there else answer.status_code == 404
            self.search("email", email, {there} - {None})
        for name in ("Ann", "Bob"):
            self.search(
                "firstname",
                name,
                {it for it, who in self.live.items() if who.firstname.lower() == name.lower()},
            )

    def search(self, name: str, value: str, wanted: set[str | None]) -> None:
        body = {"filters": [{"propertyName": name, "operator": "EQ", "value": value}], "limit": 200}
        found = self.call("POST", f"{CONTACTS}/search", body)["results"]
        assert {record["id"] for record in found} == wanted

    @invariant()
    def links_are_the_same_from_both_ends(self) -> None:
        from_people = {
            (person, company, label)
            for person in self.live
            for company, label in self.links("contacts", person, "companies")
        }
        from_firms = {
            (person, company, label)
            for company in self.firms
            for person, label in self.links("companies", company, "contacts")
        }
        plain = {(it, company, None) for it, person in self.live.items() for company in person.companies}
        primary = {(it, person.primary, "Primary") for it, person in self.live.items() if person.primary}
        assert from_people == from_firms == plain | primary

    def links(self, one: str, record_id: str, other: str) -> list[tuple[str, str | None]]:
        found = self.paged(f"/crm/v4/objects/{one}/{record_id}/associations/{other}", 500)
        return [(str(it["toObjectId"]), kind["label"]) for it in found for kind in it["associationTypes"]]

    @invariant()
    def lists_hold_live_records(self) -> None:
        members = {record["recordId"] for record in self.paged(self.members, 2)}
        assert members == {it for it, person in self.live.items() if person.listed}
        assert self.call("GET", self.members.removesuffix("/memberships"))["list"]["size"] == len(members)

    @invariant()
    def history_has_every_version(self) -> None:
        for record_id, person in self.live.items():
            read = self.call("GET", f"{CONTACTS}/{record_id}", propertiesWithHistory=",".join(FIELDS[:3]))
            for name in FIELDS[:3]:
                versions = [version["value"] for version in read["propertiesWithHistory"][name]]
                assert (versions or [""])[0] == person.shown()[name]
                if name == "firstname" and not person.former:
                    assert versions == person.names[::-1]
                elif name == "firstname":
                    assert set(versions) <= set(person.names)

    def teardown(self) -> None:
        self.loop.run_until_complete(self.client.aclose())
        self.loop.close()


Portal.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestPortal = Portal.TestCase
