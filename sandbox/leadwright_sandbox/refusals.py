"""How each CRM words a refusal that a fault makes: as it words its own, in body and headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leadwright_sandbox.fault_rules import Fault
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.errors import ApiError
from leadwright_sandbox.hubspot.versions import undated
from leadwright_sandbox.salesforce import Salesforce

Words = tuple[Any, Mapping[str, str]]  # body and headers
HUBSPOT_TEXTS = {
    401: ("The OAuth token used to make this call expired.", "EXPIRED_AUTHENTICATION"),
    423: ("The resource is locked.", "INTERNAL_ERROR"),
    530: ("Bad origin.", "INTERNAL_ERROR"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """What faults need of a CRM.

    Attributes:
        expire: ends a token.
        words: those for the refusal of a call of a path.
        spellings: of a path, all that the CRM takes for the same one.
    """

    expire: Callable[[str], None]
    words: Callable[[Fault, str], Words]
    spellings: Callable[[str], tuple[str, ...]] = lambda path: (path,)


def hubspot_side(portal: HubSpot) -> Side:
    """HubSpot's. A limit is told in one of the shapes of its limits: searches have a limit of their own.

    A dated path is also known by that of v3 or v4: a rule that names a path holds whichever a client calls.
    """

    def words(fault: Fault, path: str) -> Words:
        if fault.status == 429:
            usual = "secondly" if path.endswith("/search") else "ten_secondly"
            error = portal.limits.refusal(fault.policy or usual)
        else:
            text, category = HUBSPOT_TEXTS.get(fault.status, (f"Injected {fault.status}", "INTERNAL_ERROR"))
            error = ApiError(fault.status, text, category)
        return error.body(portal.correlation_id()), error.headers

    return Side(portal.expire, words, lambda path: (path, undated(path)[0]))


def salesforce_side(salesforce: Salesforce) -> Side:
    """Salesforce's. It has one limit, that of the day; every answer but 401 shows it."""
    usage = salesforce.org.usage

    def words(fault: Fault, _: str) -> Words:
        if fault.status == 401:
            return [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], {}
        code, text = "UNKNOWN_EXCEPTION", f"Injected {fault.status}"
        if fault.status in (403, 429):
            code, text = "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."
        return [{"message": text, "errorCode": code}], usage.header()

    return Side(salesforce.org.sessions.revoke, words)
