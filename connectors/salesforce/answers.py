"""What an answer to each kind of read must hold.

An answer of 200 with an empty body, `{}` or a page without its records would pass for a table without rows, and what
was there would pass for deleted. So every read names the shape that it was promised, and an answer of another shape is
a fault of the moment: tried again, and then the end of the read. An empty list is fine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from leadwright.connectors.errors import GarbledError

T = TypeVar("T")
Promise = Callable[[str, Any], T]
"""Returns what an answer of the promised shape holds; raises GarbledError, naming the call, for any other."""


def page(fields: Collection[str]) -> Promise[dict[str, Any]]:
    """A page of a query: records with each of `fields`, how many there are in all, and whether more follow."""

    def promise(what: str, answer: Any) -> dict[str, Any]:
        body = _body(what, answer)
        records = _objects(what, body, "records")
        if lacking := {name for record in records for name in fields if name not in record}:
            raise garbled(what, f"records without {', '.join(sorted(lacking))}")
        if not isinstance(body.get("done"), bool):
            raise garbled(what, "a page that does not say whether it is the last")
        place = body.get("nextRecordsUrl")
        if not body["done"] and not (isinstance(place, str) and place):
            raise garbled(what, "a next page without its place")
        count(what, body)
        return body

    return promise


def records(what: str, answer: Any) -> list[dict[str, Any]]:
    """The records of some ids; nothing for an id that there is not."""
    if not isinstance(answer, list):
        raise garbled(what, "no list of records")
    found = [each for each in answer if each is not None]
    if not all(isinstance(each, dict) and isinstance(each.get("Id"), str) for each in found):
        raise garbled(what, "a record without its Id")
    return found


def count(what: str, answer: Any) -> int:
    """The number of rows that a query found."""
    found = _body(what, answer).get("totalSize")
    if type(found) is not int or found < 0:
        raise garbled(what, "no number of rows")
    return found


def fields(what: str, answer: Any) -> dict[str, Any]:
    """The description of an object, which has fields."""
    body = _body(what, answer)
    listed = _objects(what, body, "fields")
    if not listed or not all(isinstance(each.get("name"), str) for each in listed):
        raise garbled(what, "no fields")
    return body


def objects(what: str, answer: Any) -> list[dict[str, Any]]:
    """The objects of an org, each with its name."""
    found = _objects(what, _body(what, answer), "sobjects")
    if not found or not all(isinstance(each.get("name"), str) for each in found):
        raise garbled(what, "no objects")
    return found


def job(what: str, answer: Any) -> dict[str, Any]:
    """A job with its id and its state; one that is complete says how many rows it has."""
    body = _body(what, answer)
    for key in ("id", "state"):
        if not isinstance(body.get(key), str) or not body[key]:
            raise garbled(what, f"a job without its {key}")
    if body["state"] == "JobComplete" and not isinstance(body.get("numberRecordsProcessed"), int):
        raise garbled(what, "a job without its number of rows")
    return body


def row_id(what: str, answer: Any) -> str:
    """The id of the one record that a query found."""
    records = _objects(what, _body(what, answer), "records")
    if len(records) != 1:
        raise garbled(what, f"{len(records)} records where there is one")
    return str(records[0].get("Id"))


def identified(what: str, answer: Any) -> str:
    """The id of what was made or found."""
    body = _body(what, answer)
    found = body.get("user_id") or body.get("id")
    if not isinstance(found, str) or not found:
        raise garbled(what, "no id")
    return found


def versions(what: str, answer: Any) -> list[str]:
    """The API versions that an org offers."""
    if not isinstance(answer, list) or not answer:
        raise garbled(what, "no list of versions")
    found = [each.get("version") if isinstance(each, dict) else None for each in answer]
    if not all(isinstance(each, str) and each.replace(".", "", 1).isdigit() for each in found):
        raise garbled(what, "a version without its number")
    return [str(each) for each in found]


def garbled(what: str, found: str) -> GarbledError:
    """The error for an answer that breaks its promise."""
    return GarbledError(
        f"Salesforce's answer is not what it should be ({what}: {found}). Nothing of it was taken over."
    )


def repeated(what: str) -> GarbledError:
    """The error for a next page that starts where an earlier one did: it would never end."""
    return GarbledError(
        f"Salesforce sends the same place for the next page twice ({what}), so the end would never come. Nothing of it "
        "was taken over. Run again; if it stays so, tell Salesforce's support."
    )


def _body(what: str, answer: Any) -> dict[str, Any]:
    if not isinstance(answer, Mapping):
        raise garbled(what, "nothing" if answer is None else f"{type(answer).__name__} instead of an object")
    return dict(answer)


def _objects(what: str, holder: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = holder.get(key)
    if not isinstance(found, list):
        raise garbled(what, f"no list {key!r}")
    if not all(isinstance(each, dict) for each in found):
        raise garbled(what, f"{key!r} with entries that are no objects")
    return found
