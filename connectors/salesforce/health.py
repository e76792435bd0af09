"""Looks whether a Salesforce org is set up for Leadwright, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leadwright.connectors.base import MEMBERSHIPS, FieldSpec, Finding
from leadwright.connectors.errors import AuthError, ConfigError, LeadwrightError
from leadwright.connectors.salesforce import answers, sight
from leadwright.connectors.salesforce.credentials import Credentials
from leadwright.connectors.salesforce.fields import of_another_type, read_only
from leadwright.connectors.salesforce.reading import OURS
from leadwright.connectors.salesforce.transport import Transport

_CHANGE = "Change the type in Setup (Object Manager), or delete the field: the next run makes it anew."


def check(
    org: Transport,
    credentials: Credentials,
    reads: Mapping[str, Sequence[str]],
    writes: Mapping[str, Sequence[FieldSpec]],
) -> Iterator[Finding]:
    """Findings on address, login, API version, calls left, and the objects and fields of `reads` and `writes`."""
    try:
        sobjects = org.get("listing objects", answers.objects, "sobjects")
    except AuthError as error:
        yield Finding("Salesforce address", True, "answers")
        fix = f"Correct the LEADWRIGHT_SALESFORCE_ settings; they say to sign in by {credentials.way}."
        yield Finding("Salesforce login", False, str(error), fix)
        return
    except LeadwrightError as error:
        fix = "" if isinstance(error, ConfigError) else "Check LEADWRIGHT_SALESFORCE_URL and the network."
        yield Finding("Salesforce address", False, str(error), fix)
        return
    yield Finding("Salesforce address", True, "answers")
    yield Finding("Salesforce login", True, f"accepted, by {credentials.way}", _login_fix(credentials))
    yield _version(org, credentials.api_version)
    yield _usage(org)
    yield _account(org)
    there = {item["name"]: item for item in sobjects}
    writes = {"CampaignMember" if name == MEMBERSHIPS else name: fields for name, fields in writes.items()}
    yield _objects(there, reads, writes)
    yield sight.of(org, reads)
    for object_name in (name for name in {**reads, **writes} if name in there):
        yield from _fields(org, object_name, reads.get(object_name, ()), writes.get(object_name, ()))


def _login_fix(credentials: Credentials) -> str:
    if credentials.can_renew:
        return ""
    return (
        "An access token ends after some hours and cannot be renewed; for runs on a schedule take JWT bearer or client "
        "credentials. A user name with a password is no way: Salesforce ends it on 2027-06-01."
    )


def _version(org: Transport, asked: str) -> Finding:
    used = org.version or "unknown"
    detail = used if used == asked else f"{used}: the org does not offer {asked} yet"
    return Finding("Salesforce API version", True, detail)


def _account(org: Transport) -> Finding:
    try:
        return Finding("Salesforce org", True, org.account())
    except LeadwrightError as error:
        return Finding(
            "Salesforce org", False, str(error), "A run notes which org it pulls, and stops without."
        )


def _usage(org: Transport) -> Finding:
    used, allowed = org.usage
    if not allowed:
        return Finding("Salesforce calls", True, "the org does not say how many are left")
    few = used >= allowed * 0.8
    fix = "Leadwright stops at 95%. See which programs call most, or raise the limit." if few else ""
    return Finding("Salesforce calls", not few, f"{used} of {allowed} used in 24 hours", fix)


def _objects(
    there: Mapping[str, Mapping[str, object]], reads: Mapping[str, object], writes: Mapping[str, object]
) -> Finding:
    hidden = [name for name in {**reads, **writes} if not there.get(name, {}).get("queryable", name in there)]
    locked = [name for name in writes if name in there and not there[name].get("updateable", True)]
    problems = [f"no read access: {', '.join(hidden)}"] if hidden else []
    problems += [f"no edit access: {', '.join(locked)}"] if locked else []
    fix = "Give the API user these object permissions in a permission set." if problems else ""
    fine = f"{len(reads)} readable, {len(writes)} writable"
    return Finding("Salesforce objects", not problems, "; ".join(problems) or fine, fix)


def _fields(
    org: Transport, object_name: str, pulled: Sequence[str], written: Sequence[FieldSpec]
) -> Iterator[Finding]:
    name = f"Salesforce {object_name} fields"
    try:
        there = org.describe(object_name)
    except LeadwrightError as error:
        yield Finding(name, False, str(error), f"Give the API user access to {object_name}.")
        return
    hidden = [field for field in pulled if field not in there and not field.startswith(OURS)]
    locked = read_only(written, there)
    if hidden:
        fix = "Give the API user read access in a permission set; a field that the org lacks, take out of the sources."
        yield Finding(name, False, f"not visible: {', '.join(hidden)}", fix)
    if locked:
        yield Finding(name, False, f"no edit access: {', '.join(locked)}", "Give it in a permission set.")
    if other := of_another_type(written, there):
        yield Finding(name, True, f"of an older type, and written all the same: {', '.join(other)}", _CHANGE)
    if not hidden and not locked:
        yield _fine(name, pulled, [field.name for field in written if field.name not in there])


def _fine(name: str, pulled: Sequence[str], missing: Sequence[str]) -> Finding:
    if not missing:
        return Finding(name, True, f"{len(pulled)} pulled" if pulled else "all there")
    detail = f"{len(missing)} of ours missing or hidden; the next run creates and opens them"
    return Finding(name, True, detail, f"To create them by hand: {', '.join(missing)}.")
