"""Looks whether a HubSpot account is set up for Leadwright, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.base import FieldSpec, Finding
from connectors.errors import AuthError, LeadwrightError
from connectors.hubspot.errors import RefusedError
from connectors.hubspot.fields import missing_fields
from connectors.hubspot.transport import Transport

_READ = ("contacts", "companies", "deals", "owners")
_SCOPES = {
    "crm.objects.contacts.read": "contacts and their e-mails, calls, meetings and tasks",
    "crm.objects.companies.read": "companies",
    "crm.objects.deals.read": "deals and their stages",
    "crm.objects.owners.read": "owners",
    "crm.schemas.contacts.read": "properties of contacts",
}
_WRITE_SCOPES = {
    "crm.objects.contacts.write": "scores, reasons and owners on contacts",
    "crm.schemas.contacts.write": "creating the leadwright_ properties",
}


def check(hubspot: Transport, writes: Mapping[str, Sequence[FieldSpec]]) -> Iterator[Finding]:
    """Findings on address, token, scopes, and the properties of `writes` (object -> fields)."""
    try:
        hubspot.call("reading contacts", hubspot.objects.get_page, "contacts", limit=1)
    except AuthError as error:
        yield Finding("HubSpot address", True, "answers")
        yield Finding("HubSpot token", False, str(error), "Set LEADWRIGHT_HUBSPOT_TOKEN to a valid token.")
        return
    except LeadwrightError as error:
        yield Finding("HubSpot address", False, str(error), "Check LEADWRIGHT_HUBSPOT_URL and the network.")
        return
    yield Finding("HubSpot address", True, "answers")
    yield Finding("HubSpot token", True, "accepted")
    yield from _scopes(hubspot, bool(writes))
    for object_name, fields in writes.items():
        yield _fields(hubspot, object_name, fields)


def _scopes(hubspot: Transport, writing: bool) -> Iterator[Finding]:
    wanted = {**_SCOPES, **(_WRITE_SCOPES if writing else {})}
    try:
        granted = set(hubspot.token_info().get("scopes") or [])
    except (RefusedError, AuthError):
        granted = set()
    if not granted:
        yield from _probes(hubspot)
        return
    missing = [f"{scope} ({use})" for scope, use in wanted.items() if scope not in granted]
    fix = f"Add to the service key or private app: {', '.join(missing)}." if missing else ""
    detail = f"{len(missing)} missing" if missing else f"all {len(wanted)} granted"
    yield Finding("HubSpot scopes", not missing, detail, fix)


def _probes(hubspot: Transport) -> Iterator[Finding]:
    """Where HubSpot will not list a token's scopes (service keys may not), reading shows them."""
    for name in _READ:
        try:
            if name == "owners":
                hubspot.call("listing owners", hubspot.owners.get_page, limit=1)
            else:
                hubspot.call(f"reading {name}", hubspot.objects.get_page, name, limit=1)
        except LeadwrightError as error:
            yield Finding(f"HubSpot {name}", False, str(error), f"Grant the token crm.objects.{name}.read.")
        else:
            yield Finding(f"HubSpot {name}", True, "readable")


def _fields(hubspot: Transport, object_name: str, fields: Sequence[FieldSpec]) -> Finding:
    check_name = f"HubSpot {object_name} properties"
    try:
        missing = [field.name for field in missing_fields(hubspot, object_name, fields)]
    except LeadwrightError as error:
        return Finding(check_name, False, str(error), f"Grant the token crm.schemas.{object_name}.read.")
    if missing:
        detail = f"{len(missing)} of {len(fields)} missing; the next run creates them"
        return Finding(check_name, True, detail, f"To create them by hand: {', '.join(missing)}.")
    return Finding(check_name, True, f"all {len(fields)} there")
