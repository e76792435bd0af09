"""What a test may ask of the HubSpot half through the control API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.hubspot import HubSpot
from sandbox.hubspot.properties import FIELD_TYPES, Property
from sandbox.hubspot.rules import ValidationRule
from sandbox.hubspot.webhooks import Mischief
from sandbox.hubspot.writing import stamp

Handlers = dict[tuple[str, str], Callable[[Any], Any]]


def hubspot_handlers(portal: HubSpot) -> Handlers:
    """Method and path -> what is done with the JSON that was sent."""

    def set_scopes(given: Any) -> None:
        portal.tokens[given.get("token", portal.token)] = frozenset(given["scopes"])

    def set_search_lag(given: Any) -> None:
        portal.search_lag.seconds = float(given["seconds"])

    def set_limits(given: Any) -> None:
        limits = portal.limits
        limits.enforced = bool(given.get("enforced", limits.enforced))
        limits.per_ten_seconds = int(given.get("per_ten_seconds", limits.per_ten_seconds))
        limits.per_day = int(given.get("per_day", limits.per_day))
        limits.searches = int(given.get("searches_per_second", limits.searches))

    def add_rule(given: Any) -> None:
        kind, rule = portal.object_type(given["object"]), dict(given)
        del rule["object"]
        portal.rules.append(ValidationRule(kind.name, **rule))

    return {
        ("POST", "/hubspot/load"): lambda given: _load(portal, given),
        ("POST", "/hubspot/calculate"): lambda given: _calculate(portal, given),
        ("POST", "/hubspot/tokens"): lambda given: {"token": portal.make_token(given["scopes"])},
        ("DELETE", "/hubspot/tokens"): lambda given: portal.expire(given.get("token", portal.token)),
        ("PUT", "/hubspot/scopes"): set_scopes,
        ("PUT", "/hubspot/search-lag"): set_search_lag,
        ("PUT", "/hubspot/limits"): set_limits,
        ("PUT", "/hubspot/webhooks"): lambda given: _set_webhooks(portal, given),
        ("PUT", "/hubspot/properties"): lambda given: _set_property(portal, given),
        ("DELETE", "/hubspot/properties"): lambda given: _remove_property(portal, given),
        ("POST", "/hubspot/rules"): add_rule,
        ("DELETE", "/hubspot/rules"): lambda _: portal.rules.clear(),
    }


def _load(portal: HubSpot, given: Any) -> None:
    """Rows with dates of their own: late ones, out of order, or as many as a test needs."""
    portal.load(given["object"], given["rows"])


def _calculate(portal: HubSpot, given: Any) -> Any:
    kind = portal.object_type(given["object"])
    values = {name: kind.properties[name].stored(value) for name, value in given["properties"].items()}
    return {"changed": portal.records.set_silently(kind, given["id"], values)}


def _set_webhooks(portal: HubSpot, given: Any) -> None:
    hooks = portal.webhooks
    hooks.retry_seconds = float(given.pop("retry_seconds", hooks.retry_seconds))
    hooks.misbehave(Mischief(**given))


def _set_property(portal: HubSpot, given: Any) -> None:
    """A property appears (again), or changes its type; values that are there stay as they are."""
    kind, name, wanted = portal.object_type(given["object"]), given["name"], given["type"]
    field_type = min(FIELD_TYPES[wanted])
    known = kind.properties.get(name)
    if known is None:
        added = Property(name, name, wanted, field_type, f"{kind.singular}information", standard=False)
        portal.records.tables.add_property(kind, added)
        return
    known.type, known.field_type, known.archived_at = wanted, field_type, None
    known.updated_at = stamp(portal)


def _remove_property(portal: HubSpot, given: Any) -> None:
    """A property disappears, standard ones too."""
    known = portal.object_type(given["object"]).properties[given["name"]]
    known.archived_at = stamp(portal)
