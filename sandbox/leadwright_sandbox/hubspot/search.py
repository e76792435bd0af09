"""The CRM search: HubSpot's filters become SQL, built as expressions and never pasted together from text.

Dates are stored in one spelling, so comparing their text compares the moments; numbers are compared as numbers;
ids by their place, since the sandbox takes ids that are not numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from leadwright_sandbox.hubspot.associations import TABLE as LINKS
from leadwright_sandbox.hubspot.errors import ApiError, bad_request
from leadwright_sandbox.hubspot.objects import ObjectType, ObjectTypes
from leadwright_sandbox.hubspot.tables import FURTHER_EMAILS, MORE_EMAILS, order_of
from leadwright_sandbox.hubspot.values import InvalidValueError, spell, text

MAX_RESULTS = 10_000
MAX_LIMIT = 200
MAX_GROUPS = 6  # five in the versions up to v4, six from 2026-09: the larger is let through
MAX_FILTERS = 25
MAX_FILTERS_IN_GROUP = 10
MAX_QUERY = 3000
COMPARISONS = {"EQ": exp.EQ, "NEQ": exp.NEQ, "LT": exp.LT, "LTE": exp.LTE, "GT": exp.GT, "GTE": exp.GTE}


@dataclass(slots=True)
class Query:
    """A search ready to run: conditions, order, and the values that both refer to by name."""

    where: str
    order: str
    parameters: dict[str, Any]


@dataclass(slots=True)
class _Builder:
    kind: ObjectType
    types: ObjectTypes
    parameters: dict[str, Any] = field(default_factory=dict)
    lagging: bool = False
    by_ids: bool = False  # a filter lists ids: they are to be looked up, not the live records gone through

    def value(self, value: Any) -> exp.Placeholder:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return exp.Placeholder(this=name)

    def operand(self, name: str, raw: Any) -> exp.Expr:
        """The right side of a comparison with property `name`."""
        if name == "hs_object_id":
            return exp.Tuple(expressions=[self.value(order_of(text(raw))), self.value(text(raw))])
        kind = self.kind.properties[name].type
        try:
            spelt = spell(kind, raw)
        except InvalidValueError as problem:
            raise bad_request(f"There was a problem with the request. {problem}") from problem
        return self.value(float(spelt) if kind == "number" and spelt else spelt)

    def column(self, name: str) -> exp.Expr:
        """The left side of a comparison."""
        if name == "hs_object_id":
            return exp.Tuple(expressions=[_column("_order"), _column("hs_object_id")])
        if self.kind.properties[name].type == "number":
            return exp.Cast(this=_column(name), to=exp.DataType.build("real"))
        return _column(name)


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _filled(name: str) -> exp.Expr:
    return exp.NEQ(this=_column(name), expression=exp.Literal.string(""))


def _one_filter(build: _Builder, given: dict[str, Any]) -> exp.Expr:
    name, operator = text(given.get("propertyName", "")), text(given.get("operator", "")).upper()
    if name.startswith("associations."):
        return _linked(build, name.removeprefix("associations."), operator, given)
    if not build.kind.has(name):
        # HubSpot says nothing about an unknown or archived property: the filter simply finds nothing
        return exp.true() if operator == "NOT_HAS_PROPERTY" else exp.false()
    filled = _filled(name)
    if operator == "HAS_PROPERTY":
        return filled
    if operator == "NOT_HAS_PROPERTY":
        return exp.Coalesce(this=_column(name), expressions=[exp.Literal.string("")]).eq(
            exp.Literal.string("")
        )
    fits = exp.and_(filled, _comparison(build, name, operator, given))
    if build.kind.name == "contacts" and name in ("email", MORE_EMAILS) and operator in ("EQ", "IN"):
        values = [given["value"]] if operator == "EQ" else given["values"]
        return _by_any_email(build, fits, [text(value) for value in values])
    return fits


def _by_any_email(build: _Builder, fits: exp.Expr, emails: Sequence[str]) -> exp.Expr:
    """Contacts that `fits` finds, and those with one of `emails` among their further ones."""
    if build.lagging:
        return exp.or_(fits, _in_ids(_by_former_email(build, emails)))
    # an `or` of the two would read every contact: as lists of ids each has an index of its own
    further = exp.column("email").isin(*[build.value(email.lower()) for email in emails])
    listed = exp.select("record_id").from_(FURTHER_EMAILS).where(further)
    build.by_ids = True
    return _in_ids(exp.union(_ids(fits), listed, distinct=False))


def _by_former_email(build: _Builder, emails: Sequence[str]) -> exp.Select:
    """Contacts with one of `emails` among their further ones, of which a former state has no table of its own."""
    listed = exp.func("lower", exp.Concat(expressions=[_semicolon(), _column(MORE_EMAILS), _semicolon()]))
    hits = [exp.func("instr", listed.copy(), build.value(f";{email.lower()};")) for email in emails]
    further = exp.or_(*[exp.GT(this=hit, expression=exp.Literal.number(0)) for hit in hits])
    return _ids(exp.GT(this=_column(MORE_EMAILS), expression=exp.Literal.string("")), further)


def _ids(*conditions: exp.Expr) -> exp.Select:
    return exp.select("hs_object_id").from_("contacts").where(*conditions)


def _in_ids(query: exp.Query) -> exp.Expr:
    return exp.In(this=_column("hs_object_id"), query=exp.Subquery(this=query))


def _semicolon() -> exp.Literal:
    return exp.Literal.string(";")


def _comparison(build: _Builder, name: str, operator: str, given: dict[str, Any]) -> exp.Expr:
    if (name, operator) == ("hs_object_id", "EQ"):
        return _within(build, name, "IN", [_required(given, "value")])
    if operator in COMPARISONS:
        return COMPARISONS[operator](
            this=build.column(name), expression=build.operand(name, _required(given, "value"))
        )
    if operator == "BETWEEN":
        low, high = (build.operand(name, _required(given, part)) for part in ("value", "highValue"))
        return exp.and_(
            exp.GTE(this=build.column(name), expression=low),
            exp.LTE(this=build.column(name), expression=high),
        )
    if operator in ("IN", "NOT_IN"):
        return _within(build, name, operator, _required(given, "values"))
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        found = exp.func("contains_token", _column(name), build.value(text(_required(given, "value"))))
        return exp.not_(found) if operator.startswith("NOT") else found
    raise bad_request(f"Invalid input JSON: operator {operator} is not known")


def _within(build: _Builder, name: str, operator: str, values: Any) -> exp.Expr:
    if not isinstance(values, list):
        raise bad_request(f"{operator} takes a list of values")
    if not values:
        raise bad_request(f"{operator} takes at least one value")
    if name == "hs_object_id":
        build.by_ids = build.by_ids or operator == "IN"
        inside: exp.Expr = exp.In(this=_column(name), expressions=[build.value(text(v)) for v in values])
    else:
        inside = exp.In(this=build.column(name), expressions=[build.operand(name, value) for value in values])
    return exp.not_(inside) if operator == "NOT_IN" else inside


def _linked(build: _Builder, target: str, operator: str, given: dict[str, Any]) -> exp.Expr:
    other = build.types.find(target)
    if other is None or operator not in ("EQ", "IN"):
        raise bad_request(f"There was a problem with the request: associations.{target} {operator}")
    values = [_required(given, "value")] if operator == "EQ" else _required(given, "values")
    links = (
        exp.select("from_id")
        .from_(LINKS)
        .where(exp.column("from_object").eq(build.value(build.kind.name)))
        .where(exp.column("to_object").eq(build.value(other.name)))
        .where(exp.column("to_id").isin(*[build.value(text(value)) for value in values]))
    )
    build.by_ids = True
    return _in_ids(links)


def _required(given: dict[str, Any], part: str) -> Any:
    if given.get(part) is None:
        raise bad_request(f"Invalid input JSON: filter on {given.get('propertyName')} has no {part}")
    return given[part]


def _groups(body: dict[str, Any]) -> list[list[dict[str, Any]]]:
    groups = [group.get("filters") or [] for group in body.get("filterGroups") or []]
    if body.get("filters"):  # the flat form of older callers
        groups.append(body["filters"])
    if len(groups) > MAX_GROUPS or sum(map(len, groups)) > MAX_FILTERS:
        raise bad_request(f"A search takes at most {MAX_GROUPS} filterGroups and {MAX_FILTERS} filters")
    if any(len(group) > MAX_FILTERS_IN_GROUP for group in groups):
        raise bad_request(f"A filterGroup takes at most {MAX_FILTERS_IN_GROUP} filters")
    return [group for group in groups if group]


def _free_text(build: _Builder, query: str) -> list[exp.Expr]:
    if len(query) > MAX_QUERY:
        raise bad_request(f"query is longer than {MAX_QUERY} characters")
    names = [name for name in build.kind.searched if build.kind.has(name)]
    conditions: list[exp.Expr] = []
    for word in query.split():
        wanted = build.value(word.lower())
        hits = [exp.func("instr", exp.Lower(this=_column(name)), wanted) for name in names]
        found = [exp.GT(this=hit, expression=exp.Literal.number(0)) for hit in hits]
        conditions.append(exp.or_(exp.false(), *found))
    return conditions


def _ordered(column: exp.Expr, descending: bool) -> exp.Ordered:
    # nulls first going up is SQLite's own order: anything else could not use the index
    return exp.Ordered(this=column, desc=descending, nulls_first=not descending)


def _order(build: _Builder, sorts: Sequence[Any]) -> str:
    if len(sorts) > 1:
        raise bad_request("A search takes one sort")
    terms: list[exp.Expr] = []
    for sort in sorts:
        name, descending = _sort(sort)
        if name == "hs_object_id":
            terms += [_ordered(_column("_order"), descending), _ordered(_column(name), descending)]
        elif build.kind.has(name):
            terms.append(_ordered(build.column(name), descending))
    terms += [_ordered(_column("_order"), False), _ordered(_column("hs_object_id"), False)]
    return exp.Order(expressions=terms).sql("sqlite")


def _sort(sort: Any) -> tuple[str, bool]:
    if isinstance(sort, str):
        return sort.removeprefix("-"), sort.startswith("-")
    if isinstance(sort, dict) and isinstance(sort.get("propertyName"), str):
        return sort["propertyName"], text(sort.get("direction", "")).upper() == "DESCENDING"
    raise bad_request("Invalid input JSON: a sort has propertyName and direction")


def translate(kind: ObjectType, types: ObjectTypes, body: dict[str, Any], lagging: bool = False) -> Query:
    """The body of a search as SQL; raises ApiError for one that HubSpot refuses.

    `lagging`: what is searched is not the table of records but a former state of it.
    """
    build = _Builder(kind, types, lagging=lagging)
    try:
        groups = [exp.and_(*[_one_filter(build, given) for given in group]) for group in _groups(body)]
    except (AttributeError, TypeError) as problem:
        raise bad_request("Invalid input JSON: filterGroups is not as documented") from problem
    archived: exp.Expr = exp.column("_archived")
    if build.by_ids:
        archived = exp.Add(this=archived, expression=exp.Literal.number(0))  # keeps SQLite from its index
    conditions: list[exp.Expr] = [archived.eq(exp.Literal.number(0))]
    if groups:
        conditions.append(exp.or_(*groups))
    conditions += _free_text(build, text(body.get("query") or ""))
    where = exp.and_(*conditions).sql("sqlite")
    return Query(where, _order(build, body.get("sorts") or []), build.parameters)


def window(body: dict[str, Any]) -> tuple[int, int]:
    """Offset and limit of a search; raises ApiError beyond the last result that HubSpot gives."""
    try:
        offset, limit = int(body.get("after") or 0), int(body.get("limit") or 10)
    except (TypeError, ValueError) as problem:
        raise bad_request("Invalid input JSON: after and limit are numbers") from problem
    if not 0 < limit <= MAX_LIMIT or offset < 0:
        raise bad_request(f"The limit of a search is between 1 and {MAX_LIMIT}")
    if offset + limit > MAX_RESULTS:
        raise ApiError(400, f"A search gives at most {MAX_RESULTS} results; after {offset} is beyond them.")
    return offset, limit


def contains_token(value: str | None, token: str) -> bool:
    """Whether one of the words of `value` is `token`, where `*` stands for anything."""
    if not value:
        return False
    pattern = ".*".join(re.escape(part) for part in token.lower().split("*"))
    words = [value.lower(), *re.split(r"[\s@.,;:/()_-]+", value.lower())]
    return any(re.fullmatch(pattern, word, re.DOTALL) for word in words)
