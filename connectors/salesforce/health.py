"""Looks whether a Salesforce org is set up for Leadwright, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.base import FieldSpec, Finding
from connectors.errors import AuthError, ConfigError, LeadwrightError
from connectors.salesforce.org import Org

_READ = ("Lead", "Contact", "Account", "Opportunity", "Task", "Event", "User")


def check(org: Org, asked_version: str, writes: Mapping[str, Sequence[FieldSpec]]) -> Iterator[Finding]:
    """Findings on address, login, API version, calls left, objects, and the fields of `writes`."""
    try:
        sobjects = org.get("listing objects", "sobjects")["sobjects"]
    except AuthError as error:
        yield Finding("Salesforce address", True, "answers")
        yield Finding("Salesforce login", False, str(error), "Correct the LEADWRIGHT_SALESFORCE_ settings.")
        return
    except LeadwrightError as error:
        fix = "" if isinstance(error, ConfigError) else "Check LEADWRIGHT_SALESFORCE_URL and the network."
        yield Finding("Salesforce address", False, str(error), fix)
        return
    yield Finding("Salesforce address", True, "answers")
    yield Finding("Salesforce login", True, "accepted")
    yield _version(org, asked_version)
    yield _usage(org)
    yield _objects({item["name"]: item for item in sobjects}, writes)
    for object_name, fields in writes.items():
        yield _fields(org, object_name, fields)


def _version(org: Org, asked: str) -> Finding:
    used = org.version or "unknown"
    detail = used if used == asked else f"{used}: the org does not offer {asked} yet"
    return Finding("Salesforce API version", True, detail)


def _usage(org: Org) -> Finding:
    used, allowed = org.usage
    if not allowed:
        return Finding("Salesforce calls", True, "the org does not say how many are left")
    few = used >= allowed * 0.8
    fix = "Leadwright stops at 95%. See which programs call most, or raise the limit." if few else ""
    return Finding("Salesforce calls", not few, f"{used} of {allowed} used in 24 hours", fix)


def _objects(there: Mapping[str, Mapping[str, object]], writes: Mapping[str, object]) -> Finding:
    hidden = [name for name in {**dict.fromkeys(_READ), **dict.fromkeys(writes)} if name not in there]
    locked = [name for name in writes if name in there and not there[name].get("updateable", True)]
    problems = [f"no read access: {', '.join(hidden)}"] if hidden else []
    problems += [f"no edit access: {', '.join(locked)}"] if locked else []
    fix = "Give the API user these object permissions in a permission set." if problems else ""
    return Finding("Salesforce objects", not problems, "; ".join(problems) or "readable and writable", fix)


def _fields(org: Org, object_name: str, fields: Sequence[FieldSpec]) -> Finding:
    name = f"Salesforce {object_name} fields"
    try:
        there = org.describe(object_name)
    except LeadwrightError as error:
        return Finding(name, False, str(error), f"Give the API user access to {object_name}.")
    locked = [f.name for f in fields if f.name in there and not there[f.name].get("updateable", True)]
    if locked:
        fix = f"Give the API user edit access to: {', '.join(locked)}."
        return Finding(name, False, f"{len(locked)} of {len(fields)} are read-only", fix)
    missing = [f.name for f in fields if f.name not in there]
    if missing:
        detail = f"{len(missing)} of {len(fields)} missing or hidden; the next run creates and opens them"
        return Finding(name, True, detail, f"To create them by hand: {', '.join(missing)}.")
    return Finding(name, True, f"all {len(fields)} there")
