"""Which scopes a token needs for which call."""

from __future__ import annotations

from leadwright_sandbox.hubspot.errors import missing_scopes
from leadwright_sandbox.hubspot.objects import ObjectType

_OBJECTS = (
    "contacts", "companies", "deals", "leads", "tickets", "products", "line_items", "quotes", "custom",
)  # fmt: skip
ALL_SCOPES = (
    "automation",
    "oauth",
    *(
        f"crm.{area}.{name}.{way}"
        for area in ("objects", "schemas")
        for name in _OBJECTS
        for way in ("read", "write")
    ),
    "crm.objects.owners.read",
    "crm.lists.read",
    "crm.lists.write",
    "crm.pipelines.orders.read",
    "forms",
    "sales-email-read",
)
EMAILS = "sales-email-read"
OWNERS = "crm.objects.owners.read"


def records(kind: ObjectType, write: bool) -> str:
    """The scope for the records of `kind`."""
    return f"crm.objects.{kind.scope}.{'write' if write else 'read'}"


def schemas(kind: ObjectType, write: bool) -> str:
    """The scope for the properties of `kind`."""
    return f"crm.schemas.{kind.scope}.{'write' if write else 'read'}"


def need(granted: frozenset[str], *scopes: str) -> None:
    """Refuse a token that lacks one of `scopes`."""
    lacking = tuple(scope for scope in scopes if scope not in granted)
    if lacking:
        raise missing_scopes(lacking)
