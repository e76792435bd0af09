"""What an answer to each kind of read must hold.

HubSpot, or something between, at times answers 200 with an empty body, `{}` or `{"status": "error"}`. Taken as an
empty last page, that would delete whatever was not read yet. So every read names the shape that it was promised, and
an answer of another shape is a fault of the moment: tried again, and then the end of the read. An empty list is fine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from leadwright.connectors.errors import GarbledError, brief

Json = dict[str, Any]
Promise = Callable[[str, object], Json]
"""Returns an answer that has the promised shape; raises GarbledError, naming the call, for any other."""

_ABSENT = ("OBJECT_NOT_FOUND", "NO_ASSOCIATIONS_FOUND")


def listing(what: str, answer: object) -> Json:
    """`{results: [{…}], paging?: {next?: {after}}}`; entries of any kind."""
    body = _body(what, answer)
    _objects(what, body, "results")
    next_page(what, body)
    return body


def records(what: str, answer: object) -> Json:
    """A listing of records, each with its properties. One without an id is for the reader to set aside."""
    body = listing(what, answer)
    if any(not isinstance(record.get("properties"), dict) for record in body["results"]):
        raise garbled(what, "a record without properties")
    return body


def linked(ends: Iterable[str]) -> Promise:
    """A listing of records, each with the records of `ends` that it is linked to, where it is linked to any."""
    wanted = tuple(ends)

    def promise(what: str, answer: object) -> Json:
        body = records(what, answer)
        for record in body["results"]:
            held = record.get("associations") or {}
            if not isinstance(held, dict):
                raise garbled(what, "links that are no object")
            for end in (end for end in wanted if held.get(end) is not None):
                if not isinstance(held[end], dict):
                    raise garbled(what, "links that are no object")
                _objects(what, held[end], "results")
                _require_names(what, held[end]["results"], "id")
        return body

    return promise


def identified(what: str, answer: object) -> Json:
    """A listing of records, each with its id and its properties."""
    body = records(what, answer)
    _require_names(what, body["results"], "id")
    return body


def keyed(name: str) -> Promise:
    """A listing of records that each show their property `name`."""

    def promise(what: str, answer: object) -> Json:
        body = identified(what, answer)
        excused(what, body)
        if not all((record.get("properties") or {}).get(name) for record in body["results"]):
            raise garbled(what, f"a record without {name!r}")
        return body

    return promise


def total(what: str, answer: object) -> Json:
    """A listing that says how many there are in all."""
    body = listing(what, answer)
    if type(body.get("total")) is not int:
        raise garbled(what, "no number of records")
    return body


def found(most: int) -> Promise:
    """A listing of at most `most` records found by a search, which says where more of them are to be had."""

    def promise(what: str, answer: object) -> Json:
        body = records(what, answer)
        total = body.get("total")
        if isinstance(total, int) and total > most and next_page(what, body) is None:
            raise garbled(what, f"{total} records found and no next page")
        return body

    return promise


def records_of(ids: Iterable[str]) -> Promise:
    """A listing of records that has each of `ids`, unless its errors name the ones that are not there."""

    def promise(what: str, answer: object) -> Json:
        body = records(what, answer)
        answered = {str(record.get("id")) for record in body["results"]}
        if not answered.union(excused(what, body)).issuperset(ids):
            raise garbled(what, "not all records that were asked for")
        return body

    return promise


def pipelines(what: str, answer: object) -> Json:
    """A listing of pipelines, each with its id and its stages."""
    body = named(what, answer, "id")
    for pipeline in body["results"]:
        _objects(what, pipeline, "stages")
        _require_names(what, pipeline["stages"], "id")
        if not all(isinstance(stage.get("metadata") or {}, dict) for stage in pipeline["stages"]):
            raise garbled(what, "a stage whose metadata are no object")
    return body


def properties(what: str, answer: object) -> Json:
    """A listing of property definitions, each with its name."""
    return named(what, answer, "name")


def links_of(ids: Iterable[str]) -> Promise:
    """A listing of records of `ids`, each with the records that it is linked to."""
    asked = frozenset(ids)

    def promise(what: str, answer: object) -> Json:
        body = listing(what, answer)
        for result in body["results"]:
            start = result.get("from")
            if not isinstance(start, dict) or str(start.get("id")) not in asked:
                raise garbled(what, "links of a record that was not asked for")
            _objects(what, result, "to")
            _require_names(what, result["to"], "toObjectId")
            for link in result["to"]:
                _objects(what, {"associationTypes": [], **link}, "associationTypes")
            next_page(what, result)
        excused(what, body)
        return body

    return promise


def one_list(what: str, answer: object) -> Json:
    """`{list: {listId, …}}`."""
    body = _body(what, answer)
    if not isinstance(body.get("list"), dict) or body["list"].get("listId") in (None, ""):
        raise garbled(what, "no list")
    return body


def memberships(what: str, answer: object) -> Json:
    """A listing of records, each with the lists that it is on, and since when."""
    body = listing(what, answer)
    _require_names(what, body["results"], "recordId")
    for record in body["results"]:
        _objects(what, record, "recordListMemberships")
        for key in ("listId", "lastAddedTimestamp"):
            _require_names(what, record["recordListMemberships"], key)
    return body


def account(what: str, answer: object) -> Json:
    """What HubSpot says of the account: at least its number."""
    body = _body(what, answer)
    if not body.get("portalId"):
        raise garbled(what, "no account")
    return body


def access(what: str, answer: object) -> Json:
    """A new access token."""
    body = _body(what, answer)
    if not isinstance(body.get("access_token"), str) or not body["access_token"]:
        raise garbled(what, "no access token")
    return body


def token(what: str, answer: object) -> Json:
    """What HubSpot says of a token."""
    body = _body(what, answer)
    if not isinstance(body.get("scopes", []), list):
        raise garbled(what, "scopes that are no list")
    return body


def named(what: str, answer: object, key: str) -> Json:
    """A listing whose entries all have `key`."""
    body = listing(what, answer)
    _require_names(what, body["results"], key)
    return body


def next_page(what: str, page: Mapping[str, Any]) -> str | None:
    """Where the next page starts; text or number, None at the end. A next page without its place is a fault."""
    paging = page.get("paging") or {}
    following = paging.get("next") if isinstance(paging, dict) else paging
    if following is None:
        return None
    after = following.get("after") if isinstance(following, dict) else None
    if after in (None, "") or not isinstance(after, (str, int)):
        raise garbled(what, "a next page without its place")
    return str(after)


def excused(what: str, body: Mapping[str, Any]) -> set[str]:
    """Ids that the answer's errors name as not there or without links; any other error is a fault."""
    if body.get("errors") is None:
        return set()
    _objects(what, body, "errors")
    names: set[str] = set()
    for error in body["errors"]:
        kind = f"{error.get('category')} {error.get('subCategory')}"
        context = error.get("context")
        if not any(known in kind for known in _ABSENT) or not isinstance(context, dict):
            raise garbled(what, f"an error of the kind {brief(kind)} for a part of it")
        for key in ("ids", "id", "fromObjectId"):
            values = context.get(key)
            names.update(map(str, values if isinstance(values, list) else [values]))
    return names


def garbled(what: str, found: str) -> GarbledError:
    """The error for an answer that breaks its promise."""
    return GarbledError(
        f"HubSpot's answer is not what it should be ({what}: {found}). Nothing of it was taken over."
    )


def repeated(what: str) -> GarbledError:
    """The error for a next page that starts where an earlier one did: it would never end."""
    return GarbledError(
        f"HubSpot sends the same place for the next page twice ({what}), so the end would never come. Nothing of it "
        "was taken over. Run again; if it stays so, tell HubSpot's support."
    )


def _body(what: str, answer: object) -> Json:
    if not isinstance(answer, dict):
        raise garbled(what, "nothing" if answer is None else f"{type(answer).__name__} instead of an object")
    if str(answer.get("status")).lower() == "error":
        raise garbled(what, "an error with status 200")
    return answer


def _objects(what: str, holder: Mapping[str, Any], key: str) -> None:
    found = holder.get(key)
    if not isinstance(found, list):
        raise garbled(what, f"no list {key!r}")
    if any(not isinstance(each, dict) for each in found):
        raise garbled(what, f"{key!r} with entries that are no objects")


def _require_names(what: str, entries: list[Json], key: str) -> None:
    if any(each.get(key) in (None, "") for each in entries):
        raise garbled(what, f"an entry without {key!r}")
