"""What a test may ask of the HubSpot half through the control API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from leadwright_sandbox.given import count, flag, members, number, objects, only, texts
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.flows import Flow
from leadwright_sandbox.hubspot.lag import Late
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.properties import FIELD_TYPES, Property
from leadwright_sandbox.hubspot.rules import ValidationRule
from leadwright_sandbox.hubspot.sharing import Sight
from leadwright_sandbox.hubspot.webhooks import Mischief
from leadwright_sandbox.hubspot.writing import stamp

Handlers = dict[tuple[str, str], Callable[[Any], Any]]


def hubspot_handlers(portal: HubSpot) -> Handlers:
    """Method and path -> what is done with the JSON that was sent."""
    return {
        ("POST", "/hubspot/load"): lambda given: _load(portal, given),
        ("POST", "/hubspot/calculate"): lambda given: _calculate(portal, given),
        ("POST", "/hubspot/tokens"): lambda given: {"token": portal.make_token(texts(given, "scopes"))},
        ("DELETE", "/hubspot/tokens"): lambda given: portal.expire(given.get("token", portal.token)),
        ("PUT", "/hubspot/scopes"): lambda given: _set_scopes(portal, given),
        ("PUT", "/hubspot/sharing"): lambda given: _set_sharing(portal, given),
        ("PUT", "/hubspot/search-lag"): lambda given: _set_search_lag(portal, given),
        ("POST", "/hubspot/search-lag"): lambda given: _add_late(portal, given),
        ("DELETE", "/hubspot/search-lag"): lambda _: portal.search_lag.forget(),
        ("PUT", "/hubspot/limits"): lambda given: _set_limits(portal, given),
        ("PUT", "/hubspot/versions"): lambda given: _set_versions(portal, given),
        ("PUT", "/hubspot/sessions"): lambda given: _set_sessions(portal, given),
        ("PUT", "/hubspot/webhooks"): lambda given: _set_webhooks(portal, given),
        ("PUT", "/hubspot/properties"): lambda given: _set_property(portal, given),
        ("DELETE", "/hubspot/properties"): lambda given: _remove_property(portal, given),
        ("POST", "/hubspot/rules"): lambda given: _add_rule(portal, given),
        ("DELETE", "/hubspot/rules"): lambda _: portal.rules.clear(),
        ("POST", "/hubspot/flows"): lambda given: _add_flow(portal, given),
        ("DELETE", "/hubspot/flows"): lambda _: portal.flows.clear(),
    }


def _token(portal: HubSpot, given: Any) -> str:
    """The token that is meant; by itself the first one."""
    token = given.get("token", portal.token)
    if token not in portal.tokens:
        raise ValueError(f"{token} is not a token of this portal")
    return str(token)


def _set_scopes(portal: HubSpot, given: Any) -> None:
    portal.tokens[_token(portal, given)] = frozenset(texts(given, "scopes"))


def _set_sharing(portal: HubSpot, given: Any) -> None:
    """A token sees the records of some owners alone; with null for `owners` it sees all again."""
    only(given, "token", "owners", "unassigned")
    token, unassigned = _token(portal, given), flag(given, "unassigned", False)
    if given["owners"] is None:
        portal.sights.pop(token, None)
    else:
        portal.sights[token] = Sight(frozenset(texts(given, "owners")), unassigned)


def _set_sessions(portal: HubSpot, given: Any) -> None:
    only(given, "rotate")
    portal.app.rotates = flag(given, "rotate", portal.app.rotates)


def _set_search_lag(portal: HubSpot, given: Any) -> None:
    portal.search_lag.seconds = number(given, "seconds")


def _add_late(portal: HubSpot, given: Any) -> None:
    """Single writes that the search shows late: those of some records, or the next of any."""
    only(given, "object", "seconds", "ids", "writes")
    name = portal.object_type(given["object"]).name
    ids = frozenset(texts(given, "ids") if "ids" in given else ())
    writes = count(given, "writes") if given.get("writes") is not None else None
    portal.search_lag.late.append(Late(name, number(given, "seconds"), ids, writes))


def _set_limits(portal: HubSpot, given: Any) -> None:
    only(given, "enforced", "per_ten_seconds", "per_day", "searches_per_second", "window")
    limits = portal.limits
    limits.enforced = flag(given, "enforced", limits.enforced)
    limits.per_ten_seconds = count(given, "per_ten_seconds", limits.per_ten_seconds)
    limits.per_day = count(given, "per_day", limits.per_day)
    limits.searches = count(given, "searches_per_second", limits.searches)
    limits.window = number(given, "window", limits.window)


def _set_versions(portal: HubSpot, given: Any) -> None:
    only(given, "dated", "older")
    versions = portal.versions
    versions.dated = flag(given, "dated", versions.dated)
    versions.older = flag(given, "older", versions.older)


def _add_rule(portal: HubSpot, given: Any) -> None:
    only(given, "object", "required", "when", "on_create")
    kind, when = portal.object_type(given["object"]), members(given, "when")
    for name in (given["required"], *when):
        _known(kind, name)
    on_create = flag(given, "on_create", False)
    portal.rules.append(ValidationRule(kind.name, given["required"], when, on_create))


def _add_flow(portal: HubSpot, given: Any) -> Any:
    """A workflow that looks at properties; it is listed and does nothing."""
    only(given, "name", "object", "properties", "enabled")
    kind, names = portal.object_type(given["object"]), texts(given, "properties")
    for name in names:
        _known(kind, name)
    flow = Flow(str(len(portal.flows) + 1), str(given["name"]), kind, names, flag(given, "enabled", True))
    portal.flows.append(flow)
    return {"id": flow.flow_id}


def _load(portal: HubSpot, given: Any) -> None:
    """Rows with dates of their own: late ones, out of order, or as many as a test needs."""
    portal.load(given["object"], objects(given, "rows"))


def _calculate(portal: HubSpot, given: Any) -> Any:
    kind = portal.object_type(given["object"])
    values = {name: _known(kind, name).stored(value) for name, value in members(given, "properties").items()}
    return {"changed": portal.records.set_silently(kind, given["id"], values)}


def _set_webhooks(portal: HubSpot, given: Any) -> None:
    only(given, "retry_seconds", *(each.name for each in fields(Mischief)))
    hooks, calm = portal.webhooks, Mischief()
    mischief = Mischief(
        number(given, "duplicate", calm.duplicate),
        number(given, "replay", calm.replay),
        number(given, "replay_after", calm.replay_after),
        flag(given, "shuffle", calm.shuffle),
        count(given, "seed", calm.seed),
    )
    hooks.retry_seconds = number(given, "retry_seconds", hooks.retry_seconds)
    hooks.misbehave(mischief)


def _set_property(portal: HubSpot, given: Any) -> None:
    """A property appears (again), or changes its type; values that are there stay as they are."""
    kind, name, wanted = portal.object_type(given["object"]), given["name"], given["type"]
    field_type = min(FIELD_TYPES[wanted])
    _check_changeable(kind, name)
    known = kind.properties.get(name)
    if known is None:
        added = Property(name, name, wanted, field_type, f"{kind.singular}information", standard=False)
        portal.records.tables.add_property(kind, added)
        return
    known.type, known.field_type, known.archived_at = wanted, field_type, None
    known.updated_at = stamp(portal)


def _remove_property(portal: HubSpot, given: Any) -> None:
    """A property disappears, standard ones too."""
    kind = portal.object_type(given["object"])
    _check_changeable(kind, given["name"])
    _known(kind, given["name"]).archived_at = stamp(portal)


def _known(kind: ObjectType, name: str) -> Property:
    known = kind.properties.get(name)
    if known is None:
        raise ValueError(f"{kind.name} have no property {name}")
    return known


def _check_changeable(kind: ObjectType, name: str) -> None:
    if name in kind.fixed:
        raise ValueError(f"{name} is part of every record")
