"""Every way of paging through the sandbox's HubSpot, by cursor and by link, also while records come and go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from leadwright_sandbox.testing.portal import Portal

CONTACTS = "/crm/v3/objects/contacts"


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal()
    yield made
    made.close()


def people(portal: Portal, count: int, **common: str) -> list[str]:
    rows = [{"hs_object_id": str(number), "phone": f"+{number}", **common} for number in range(1, count + 1)]
    portal.hubspot.load("contacts", rows)
    return [row["hs_object_id"] for row in rows]


def link_all(portal: Portal, company: str, ids: list[str]) -> None:
    pairs = [{"from": {"id": company}, "to": {"id": record_id}} for record_id in ids]
    for start in range(0, len(pairs), 2000):
        inputs = {"inputs": pairs[start : start + 2000]}
        portal("POST", "/crm/v4/associations/companies/contacts/batch/associate/default", inputs)


@pytest.mark.parametrize("path", [CONTACTS, "/crm/objects/2026-03/contacts", "/crm/objects/2026-09/0-1"])
def test_a_link_asks_for_what_the_caller_asked_for(portal: Portal, path: str) -> None:
    ids = people(portal, 5, archived="true")
    asked = "limit=2&archived=true&properties=phone,createdate&associations=companies"
    first = portal("GET", f"{path}?{asked}")
    link = urlsplit(first["paging"]["next"]["link"])
    assert (link.scheme, link.netloc, link.path) == ("http", "portal", path)
    assert parse_qsl(link.query) == [*parse_qsl(asked), ("after", "2")]
    found = portal.pages(f"{path}?{asked}")
    assert [record["id"] for record in found] == ids
    assert all(record["archived"] and record["properties"]["phone"] for record in found)


def test_a_link_leads_to_the_host_that_was_called(portal: Portal) -> None:
    people(portal, 2)
    portal.hubspot.load("owners", [{"id": str(number)} for number in range(1, 4)])
    headers = {"host": "api.hubapi.com"}
    for path in (f"{CONTACTS}?limit=1", "/crm/v3/owners?limit=1"):
        link = portal("GET", path, headers=headers)["paging"]["next"]["link"]
        assert link == f"http://api.hubapi.com{path}&after=1"
    assert [owner["id"] for owner in portal.pages("/crm/owners/2026-03?limit=1")] == ["1", "2", "3"]


def test_everything_that_has_pages_has_links(portal: Portal) -> None:
    ids, company = people(portal, 7), portal.company(name="Acme")
    link_all(portal, company, ids)
    forms = [portal("POST", "/marketing/v3/forms", {"name": f"F{n}"}, 201)["id"] for n in range(3)]
    assert {form["id"] for form in portal.pages("/marketing/v3/forms?limit=1&formTypes=all")} == set(forms)
    for number in range(3):
        sent = {"fields": [{"name": "email", "value": f"p{number}@x.org"}]}
        portal("POST", f"/submissions/v3/integration/secure/submit/1/{forms[0]}", sent)
    assert len(portal.pages(f"/form-integrations/v1/submissions/forms/{forms[0]}?limit=1")) == 3
    new = {"name": "Ours", "objectTypeId": "0-1", "processingType": "MANUAL"}
    members = f"/crm/v3/lists/{portal('POST', '/crm/v3/lists', new)['list']['listId']}/memberships"
    portal("PUT", f"{members}/add", ids)
    assert [member["recordId"] for member in portal.pages(f"{members}?limit=3")] == ids
    for path in (
        f"/crm/v4/objects/companies/{company}/associations/contacts?limit=2",
        f"/crm/objects/2026-09/companies/{company}/associations/contacts?limit=2",
    ):
        assert [str(target["toObjectId"]) for target in portal.pages(path)] == ids
    older = portal.pages(f"/crm/v3/objects/companies/{company}/associations/contacts?limit=2")
    assert [target["id"] for target in older] == ids


def test_links_inside_an_answer_have_a_page_of_their_own(portal: Portal) -> None:
    ids, company = people(portal, 501), portal.company(name="Acme")
    link_all(portal, company, ids)
    for path in ("/crm/v3/objects", "/crm/objects/2026-03"):
        shown = portal("GET", f"{path}/companies/{company}?associations=contacts")["associations"]["contacts"]
        rest = portal.pages(shown["paging"]["next"]["link"])
        found = [target["id"] for target in shown["results"]]
        found += [str(target.get("id", target.get("toObjectId"))) for target in rest]
        assert list(dict.fromkeys(found)) == ids
    for path in ("/crm/v4/associations", "/crm/associations/2026-03"):
        asked = {"inputs": [{"id": company}]}
        [read] = portal("POST", f"{path}/companies/contacts/batch/read", asked)["results"]
        assert len(read["to"]) == 500
        assert [target["toObjectId"] for target in portal.pages(read["paging"]["next"]["link"])] == [501]
    link_all(portal, portal.company(name="Small"), ids[:500])
    small = portal("GET", "/crm/v3/objects/companies?associations=contacts")["results"][1]
    assert "paging" not in small["associations"]["contacts"]


def test_a_cursor_whose_record_is_gone_loses_nothing(portal: Portal) -> None:
    """Between two pages the record at the cursor is unlinked: the next page goes on behind its place."""
    ids, company = people(portal, 7), portal.company(name="Acme")
    link_all(portal, company, ids)
    path = f"/crm/v4/objects/companies/{company}/associations/contacts"
    first = portal("GET", f"{path}?limit=3")
    after = first["paging"]["next"]["after"]
    portal("DELETE", f"{CONTACTS}/{after}", expect=204)
    rest = portal("GET", f"{path}?limit=500&after={after}")["results"]
    assert [str(target["toObjectId"]) for target in rest] == ids[3:]
    item = {"inputs": [{"id": company, "after": after}]}
    [read] = portal("POST", "/crm/v4/associations/companies/contacts/batch/read", item)["results"]
    assert [str(target["toObjectId"]) for target in read["to"]] == ids[3:]
    oldest = portal(
        "GET", f"/crm-associations/v1/associations/{company}/HUBSPOT_DEFINED/280?limit=2&offset={after}"
    )
    assert oldest == {"results": [4, 5], "hasMore": True, "offset": 5}
    portal.hubspot.load("owners", [{"id": str(number)} for number in (8, 9, 10)])
    portal.hubspot.load("owners", [{"id": "9", "archived": "true"}])
    assert [owner["id"] for owner in portal("GET", "/crm/v3/owners?after=9")["results"]] == ["10"]
    forms: list[Any] = [portal("POST", "/marketing/v3/forms", {"name": f"F{n}"}, 201) for n in range(3)]
    order = sorted(form["id"] for form in forms)
    del portal.hubspot.forms.forms[order[1]]
    left = portal("GET", f"/marketing/v3/forms?after={order[1]}")["results"]
    assert [form["id"] for form in left] == order[2:]
