"""Which scopes a HubSpot token needs for what is read and written, and which it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leadwright.connectors.errors import AuthError
from leadwright.connectors.hubspot.errors import ForbiddenError, RefusedError
from leadwright.connectors.hubspot.shapes import LINKS
from leadwright.connectors.hubspot.transport import Transport

_OF_CONTACTS = (
    "contacts",
    "emails",
    "calls",
    "meetings",
    "tasks",
    "notes",
)  # activities have none of their own


def granted(hubspot: Transport) -> frozenset[str] | None:
    """The token's scopes; None where HubSpot does not tell them for this kind of token (service keys)."""
    try:
        return frozenset(hubspot.token_info().get("scopes") or ()) or None
    except (RefusedError, ForbiddenError):
        return None


def to_read(object_name: str) -> tuple[str, ...]:
    """The scopes for pulling `object_name`."""
    if object_name in LINKS:
        return tuple(dict.fromkeys(scope for end in LINKS[object_name] for scope in to_read(end)))
    if object_name == "emails":
        # Without the second one HubSpot answers, but blacks out what the e-mails say.
        return ("crm.objects.contacts.read", "sales-email-read")
    return (f"crm.objects.{_noun(object_name)}.read",)


def to_write(object_name: str) -> str:
    """The scope for changing records of `object_name`."""
    return f"crm.objects.{_noun(object_name)}.write"


def to_see_properties(object_name: str) -> str:
    """The scope for listing the properties of `object_name`."""
    return f"crm.schemas.{_noun(object_name)}.read"


def to_create_properties(object_name: str) -> str:
    """The scope for creating properties of `object_name`."""
    return f"crm.schemas.{_noun(object_name)}.write"


def probed(object_names: Iterable[str]) -> Iterator[str]:
    """The objects that can be read by themselves, each once; links stand for the records at their ends."""
    ends = (end for name in object_names for end in LINKS.get(name, (name,)))
    return iter(dict.fromkeys(ends))


def demand(hubspot: Transport, what: str, wanted: Iterable[str]) -> None:
    """Raise AuthError naming those of `wanted` that the token lacks, where HubSpot tells its scopes."""
    there = granted(hubspot)
    if there is None:
        return
    lacking = tuple(scope for scope in wanted if scope not in there)
    if lacking:
        raise AuthError(
            f"HubSpot's token may not do this ({what}). Add the scopes to the service key or private app: "
            f"{', '.join(lacking)}.",
            missing=lacking,
        )


def _noun(object_name: str) -> str:
    if object_name in _OF_CONTACTS:
        return "contacts"
    return "deals" if object_name == "deal_stages" else object_name
