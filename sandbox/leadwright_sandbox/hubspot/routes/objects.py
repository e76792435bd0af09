"""Single records, lists of records, and the search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadwright_sandbox.hubspot import rules, scopes, writing
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import ApiError, bad_request, check_not_refused, not_found
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.records import Record
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.routes.paging import next_links, next_page
from leadwright_sandbox.hubspot.search import translate, window
from leadwright_sandbox.hubspot.values import text

MAX_PAGE = 100
MAX_PAGE_WITH_HISTORY = 50
MAX_LINKS_SHOWN = 500
BASE = "/crm/v3/objects/{object}"


def reads(call: Call) -> tuple[str, ...]:
    """The scopes to read the records in the path."""
    own = scopes.records(call.kind, write=False)
    return (own, scopes.EMAILS) if call.kind.name == "emails" else (own,)


def writes(call: Call) -> tuple[str, ...]:
    """The scope to write the records in the path."""
    return (scopes.records(call.kind, write=True),)


def with_history(call: Call, kind: ObjectType, shown: list[dict[str, Any]], names: Sequence[str]) -> None:
    """Add the former values of `names` to records as they are shown."""
    known = [name for name in names if name in kind.properties]
    if not known:
        return
    present = call.portal.records.many(kind, [body["id"] for body in shown], known)
    for body in shown:
        if body["id"] in present:
            body["propertiesWithHistory"] = call.portal.history.of(kind, present[body["id"]], known)


def _with_associations(call: Call, shown: list[dict[str, Any]]) -> None:
    for name in call.names("associations"):
        other = call.portal.types.find(name)
        if other is None:  # documented: what does not exist is ignored
            continue
        links = call.portal.associations.listed(call.kind, other, [body["id"] for body in shown])
        seen = call.portal.records.seen(other, (link["id"] for some in links.values() for link in some))
        for body in shown:
            if found := [link for link in links.get(body["id"], []) if link["id"] in seen]:
                body.setdefault("associations", {})[other.name] = (
                    {"results": found}
                    if len(found) <= MAX_LINKS_SHOWN
                    else _first_page(call, other, body["id"], found)
                )


def _first_page(
    call: Call, other: ObjectType, record_id: str, links: Sequence[dict[str, str]]
) -> dict[str, Any]:
    """The links of one record to `other`, up to a number of records; the rest is a page of its own."""
    # several links can lead to one record
    targets = list(dict.fromkeys(link["id"] for link in links))[:MAX_LINKS_SHOWN]
    inside = set(targets)
    shown = [link for link in links if link["id"] in inside]
    if len(shown) == len(links):
        return {"results": shown}
    return {"results": shown, "paging": next_links(call, "v3", (call.kind, record_id, other), targets[-1])}


def _shown(call: Call, records: Sequence[Record]) -> list[dict[str, Any]]:
    shown = [record.body() for record in records]
    with_history(call, call.kind, shown, call.names("propertiesWithHistory"))
    _with_associations(call, shown)
    return shown


def list_records(call: Call) -> Answer:
    """A page of records in the order of their ids."""
    most = MAX_PAGE_WITH_HISTORY if call.names("propertiesWithHistory") else MAX_PAGE
    limit = call.number("limit", 10, most)
    names = call.portal.records.asked(call.kind, call.names("properties"))
    records = call.portal.records.page(
        call.kind, names, call.query.get("after") or None, limit + 1, call.flag("archived")
    )
    body: dict[str, Any] = {"results": _shown(call, records[:limit])}
    if len(records) > limit:
        body["paging"] = next_page(call, records[limit - 1].id)
    return 200, body


def resolve(call: Call, record_id: str, id_property: str | None) -> str:
    """The record id that a caller means by `record_id`, which may be the value of a unique property."""
    kind = call.kind
    if not id_property or id_property == "hs_object_id":
        return record_id
    known = kind.properties.get(id_property)
    if known is None or not known.unique:
        raise bad_request(f"Property {id_property} is not a unique property of {kind.name}")
    found = call.portal.records.ids_by(kind, id_property, [record_id]).get(record_id.lower())
    if found is None:
        raise not_found()
    return found


def get_record(call: Call) -> Answer:
    """One record."""
    record_id = resolve(call, call.path["id"], call.query.get("idProperty"))
    names = call.portal.records.asked(call.kind, call.names("properties"))
    record = call.portal.records.get(call.kind, record_id, names, call.flag("archived"))
    if record is None:
        raise not_found()
    return 200, _shown(call, [record])[0]


def _properties(body: dict[str, Any]) -> dict[str, Any]:
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise bad_request("Invalid input JSON: properties is an object")
    return properties


def create_record(call: Call) -> Answer:
    """Create one record, with its associations."""
    body = call.body
    check_not_refused()
    rules.check(call.portal, call.version, call.kind, None, _properties(body))
    return 201, writing.create(call.portal, call.kind, _properties(body), body.get("associations") or [])


def update_record(call: Call) -> Answer:
    """Update one record."""
    record_id = resolve(call, call.path["id"], call.query.get("idProperty"))
    check_not_refused()
    rules.check(call.portal, call.version, call.kind, record_id, _properties(call.body))
    return 200, writing.update(call.portal, call.kind, record_id, _properties(call.body))


def archive_record(call: Call) -> Answer:
    """Move one record to the recycle bin; there is no error where it is gone already."""
    check_not_refused()
    writing.archive(call.portal, call.kind, [call.path["id"]])
    return 204, None


def search(call: Call) -> Answer:
    """Records that match filters."""
    body = call.body
    kind, records = call.kind, call.portal.records
    offset, limit = window(body)
    query = translate(kind, call.portal.types, body, call.portal.search_lag.behind(kind))
    asked = body.get("properties") or []
    if not isinstance(asked, list):
        raise bad_request("Invalid input JSON: properties is a list")
    source = records.searchable(kind)
    total = records.total(source, query.where, query.parameters)
    where = f"where {query.where} {query.order} limit {limit} offset {offset}"
    names = records.asked(kind, map(text, asked))
    found = records.fetch(kind, names, where, query.parameters, source)
    if call.portal.search_lag.behind(kind):
        present = records.many(kind, [record.id for record in found], names)
        found = [present[record.id] for record in found if record.id in present]
    answer: dict[str, Any] = {"total": total, "results": [record.body() for record in found]}
    if offset + limit < total:
        answer["paging"] = {"next": {"after": str(offset + limit)}}
    return 200, answer


def merge(call: Call) -> Answer:
    """Merge two records into a new one."""
    body = call.body
    primary, other = text(body.get("primaryObjectId", "")), text(body.get("objectIdToMerge", ""))
    check_not_refused()
    return 200, writing.merge(call.portal, call.kind, primary, other)


def gdpr_delete(call: Call) -> Answer:
    """Remove a contact for good."""
    body = call.body
    if call.kind.name != "contacts":
        raise ApiError(405, "Only contacts can be deleted for good", None)
    try:
        record_id = resolve(call, text(body.get("objectId", "")), body.get("idProperty"))
    except ApiError as error:
        if error.status != 404:
            raise
        return 204, None
    writing.purge(call.portal, call.kind, record_id)
    return 204, None


ROUTES = [
    Endpoint("POST", f"{BASE}/search", search, reads, search=True),
    Endpoint("POST", f"{BASE}/merge", merge, writes),
    Endpoint("POST", f"{BASE}/gdpr-delete", gdpr_delete, writes),
    Endpoint("GET", BASE, list_records, reads),
    Endpoint("POST", BASE, create_record, writes),
    Endpoint("GET", f"{BASE}/{{id}}", get_record, reads),
    Endpoint("PATCH", f"{BASE}/{{id}}", update_record, writes),
    Endpoint("DELETE", f"{BASE}/{{id}}", archive_record, writes),
]
