"""Looks whether a HubSpot account is set up for Leadwright, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leadwright.connectors.base import MEMBERSHIPS, FieldSpec, Finding
from leadwright.connectors.errors import AuthError, LeadwrightError
from leadwright.connectors.hubspot import lists, scopes
from leadwright.connectors.hubspot.errors import ForbiddenError, RefusedError
from leadwright.connectors.hubspot.fields import of_another_type, types
from leadwright.connectors.hubspot.signin import SignIn
from leadwright.connectors.hubspot.transport import Transport


def check(
    hubspot: Transport,
    sign_in: SignIn,
    reads: Mapping[str, Sequence[str]],
    writes: Mapping[str, Sequence[FieldSpec]],
) -> Iterator[Finding]:
    """Findings on address, token, scopes, the objects of `reads`, and the properties of `writes`."""
    try:
        account = f", account {hubspot.account()}"
    except (RefusedError, ForbiddenError):
        account = ""  # the token is known; what it may not do is found below
    except AuthError as error:
        yield Finding("HubSpot address", True, "answers")
        fix = "See the message." if sign_in.can_renew else "Set LEADWRIGHT_HUBSPOT_TOKEN to a valid token."
        yield Finding("HubSpot token", False, str(error), fix)
        return
    except LeadwrightError as error:
        yield Finding("HubSpot address", False, str(error), "Check LEADWRIGHT_HUBSPOT_URL and the network.")
        return
    yield Finding("HubSpot address", True, "answers")
    way = "OAuth" if sign_in.can_renew else "service key or private app"
    yield Finding("HubSpot token", True, f"accepted, by {way}{account}")
    yield _scopes(hubspot, reads, writes)
    yield from _readable(hubspot, reads)
    for object_name, fields in writes.items():
        if object_name != MEMBERSHIPS:
            yield from _fields(hubspot, object_name, fields)


def _scopes(
    hubspot: Transport, reads: Mapping[str, Sequence[str]], writes: Mapping[str, Sequence[FieldSpec]]
) -> Finding:
    wanted = _wanted(reads, writes)
    try:
        granted = scopes.granted(hubspot)
    except LeadwrightError as error:
        return Finding(
            "HubSpot scopes", False, str(error), "Check the network and run `leadwright doctor` again."
        )
    if granted is None:
        detail = "HubSpot does not list them for this kind of token; what it may write shows the first run"
        return Finding("HubSpot scopes", True, detail, f"Needed: {', '.join(wanted)}.")
    missing = [f"{scope} ({', '.join(uses)})" for scope, uses in wanted.items() if scope not in granted]
    fix = f"Add to the service key or private app: {', '.join(missing)}." if missing else ""
    detail = f"{len(missing)} missing" if missing else f"all {len(wanted)} granted"
    return Finding("HubSpot scopes", not missing, detail, fix)


def _wanted(
    reads: Mapping[str, Sequence[str]], writes: Mapping[str, Sequence[FieldSpec]]
) -> dict[str, list[str]]:
    """Every scope that is needed, with what needs it."""
    wanted: dict[str, list[str]] = {}
    for name in reads:
        for scope in scopes.to_read(name):
            wanted.setdefault(scope, []).append(name)
    for name in writes:
        if name == MEMBERSHIPS:
            wanted |= {scope: ["contacts on lists"] for scope in (lists.READ, lists.WRITE)}
            continue
        wanted.setdefault(scopes.to_write(name), []).append(f"writing {name}")
        wanted.setdefault(scopes.to_see_properties(name), []).append(f"properties of {name}")
        wanted.setdefault(scopes.to_create_properties(name), []).append(f"creating properties of {name}")
    return wanted


def _readable(hubspot: Transport, reads: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """One finding for each object that cannot be read, or one that all can: a scope list is no proof."""
    fine = []
    for name in scopes.probed(reads):
        try:
            hubspot.probe(name)
        except LeadwrightError as error:
            fix = (
                f"Grant the token {' and '.join(scopes.to_read(name))}."
                if isinstance(error, AuthError)
                else ""
            )
            yield Finding(f"HubSpot {name}", False, str(error), fix or "See the message.")
        else:
            fine.append(name)
    if fine:
        yield Finding("HubSpot objects", True, f"readable: {', '.join(fine)}")


def _fields(hubspot: Transport, object_name: str, fields: Sequence[FieldSpec]) -> Iterator[Finding]:
    check_name = f"HubSpot {object_name} properties"
    try:
        there = types(hubspot, object_name)
    except LeadwrightError as error:
        fix = f"Grant the token {scopes.to_see_properties(object_name)}."
        yield Finding(check_name, False, str(error), fix)
        return
    if other := of_another_type(fields, there):
        detail = f"of an older type, and written all the same: {', '.join(other)}"
        fix = (
            "Change the field type in HubSpot's settings, or delete the property: the next run makes it anew."
        )
        yield Finding(check_name, True, detail, fix)
    missing = [field.name for field in fields if field.name not in there]
    if missing:
        detail = f"{len(missing)} of {len(fields)} missing; the next run creates them"
        yield Finding(check_name, True, detail, f"To create them by hand: {', '.join(missing)}.")
    else:
        yield Finding(check_name, True, f"all {len(fields)} there")
