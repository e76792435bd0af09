"""What the write calls do to the portal's records, apart from how the calls arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from leadwright_sandbox.hubspot import merging
from leadwright_sandbox.hubspot.associations import LinkType
from leadwright_sandbox.hubspot.errors import InvalidPropertiesError, bad_request, not_found
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.primaries import COMPANY
from leadwright_sandbox.hubspot.records import Record
from leadwright_sandbox.hubspot.values import InvalidValueError, iso, text

if TYPE_CHECKING:
    from leadwright_sandbox.hubspot.portal import HubSpot

STAGES = {
    "deals": ("pipeline", "dealstage"),
    "leads": ("hs_pipeline", "hs_pipeline_stage"),
    "tickets": ("hs_pipeline", "hs_pipeline_stage"),
}


def checked(portal: HubSpot, kind: ObjectType, properties: Mapping[str, Any]) -> dict[str, str]:
    """`properties` as they will be stored; raises ApiError where the portal refuses one."""
    values = portal.records.checked(kind, properties)
    problems: list[tuple[str, InvalidValueError]] = []
    owner = values.get("hubspot_owner_id")
    if owner and portal.owners.any() and not portal.owners.exists(owner):
        message = f"{owner} is not a valid owner id"
        problems.append(("hubspot_owner_id", InvalidValueError("INVALID_OWNER_ID", message)))
    company = values.get(COMPANY) if kind.name == "contacts" else None
    if company and not portal.records.many(portal.object_type("companies"), [company], ["hs_object_id"]):
        problems.append((COMPANY, InvalidValueError("INVALID_OPTION", f"{company} is not a company")))
    if problems:
        raise InvalidPropertiesError(problems)
    return values


def _check_stage(
    portal: HubSpot, kind: ObjectType, values: Mapping[str, str], before: Mapping[str, str | None]
) -> None:
    """Refuse a pipeline that is not there, and a stage that is none of the record's pipeline."""
    if kind.name not in STAGES:
        return
    pipeline_name, stage_name = STAGES[kind.name]
    pipeline, stage = (values.get(name) or before.get(name) for name in STAGES[kind.name])
    lines = portal.pipelines.all(kind.name)
    if values.get(pipeline_name) and pipeline not in lines:
        raise _no_option("pipeline", pipeline_name, pipeline, lines)
    within = [lines[pipeline]] if pipeline in lines else list(lines.values())
    stages = [name for line in within for name in line.stages]
    moves = values.get(pipeline_name) or values.get(stage_name)
    if moves and stage and stage not in stages:
        raise _no_option("stage", stage_name, stage, stages)


def _no_option(what: str, name: str, value: str | None, options: Iterable[str]) -> InvalidPropertiesError:
    message = f"{value} is not a valid {what}. Valid options are: [{', '.join(options)}]"
    return InvalidPropertiesError([(name, InvalidValueError("INVALID_OPTION", message))])


def _specs(portal: HubSpot, kind: ObjectType, given: Sequence[Any]) -> list[tuple[str, LinkType]]:
    """The associations that a create call asks for, as (to id, type)."""
    wanted: list[tuple[str, LinkType]] = []
    for item in given:
        try:
            to_id = text(item["to"]["id"])
            specs = [
                (spec.get("associationCategory"), int(spec["associationTypeId"])) for spec in item["types"]
            ]
        except (KeyError, TypeError, ValueError) as problem:
            raise bad_request("Invalid input JSON: associations is not as documented") from problem
        for category, type_id in specs:
            found = portal.associations.by_type(kind, type_id)
            if found is None or category not in (None, found.category):
                raise bad_request(f"Association type {type_id} is not valid from {kind.name}")
            other = portal.object_type(found.to_object)
            there = portal.records.get(other, to_id, other.fixed)
            if there is None:
                raise bad_request(f"No {other.singular} with the id {to_id} was found")
            wanted.append((there.id, found))
    return wanted


def _read(portal: HubSpot, kind: ObjectType, record_id: str) -> Record:
    """A record that the caller has just made, be it one that he sees or not."""
    with portal.records.seen_by(None):
        record = portal.records.get(kind, record_id, sorted(kind.properties))
    if record is None:
        raise not_found()
    return record


def _filled(record: Record) -> dict[str, Any]:
    """A record as a create call answers it: the properties that have a value."""
    record.properties = {name: value for name, value in record.properties.items() if value is not None}
    return record.body()


def create(
    portal: HubSpot, kind: ObjectType, properties: Mapping[str, Any], associations: Sequence[Any] = ()
) -> dict[str, Any]:
    """Create a record and its links."""
    values = checked(portal, kind, properties)
    missing = [name for name in kind.required if not values.get(name)]
    if missing:
        raise bad_request(
            f"Error creating {kind.type_id}. Some required properties were not set.",
            context={"properties": missing},
        )
    _check_stage(portal, kind, values, {})
    portal.records.check_unique(kind, values, None)
    links = _specs(portal, kind, associations)
    _default_stage(portal, kind, values)
    record_id = portal.records.create(kind, values)
    portal.link((record_id, to_id, link) for to_id, link in links)
    _follow_company(portal, kind, record_id, values)
    portal.changed(kind, record_id, "creation")
    for name, value in values.items():
        portal.changed(kind, record_id, "propertyChange", name, value)
    return _filled(_read(portal, kind, record_id))


def _default_stage(portal: HubSpot, kind: ObjectType, values: dict[str, str]) -> None:
    pipeline_name, stage_name = STAGES.get(kind.name, ("", ""))
    if not stage_name or not portal.pipelines.all(kind.name):
        return
    found = portal.pipelines.stage(kind.name, values.get(stage_name, ""))
    pipeline = found[0] if found else next(iter(portal.pipelines.all(kind.name).values()))
    values.setdefault(pipeline_name, pipeline.id)


def update(
    portal: HubSpot, kind: ObjectType, record_id: str, properties: Mapping[str, Any]
) -> dict[str, Any]:
    """Update a record; the answer shows what was written."""
    values = checked(portal, kind, properties)
    record = portal.records.get(kind, record_id, [*kind.fixed, *STAGES.get(kind.name, ())])
    if record is None:
        raise not_found()
    _check_stage(portal, kind, values, record.properties)
    portal.records.check_unique(kind, values, record.id)
    written = portal.records.update(kind, record.id, values)
    _follow_company(portal, kind, record.id, values)
    shown = dict(written.values)
    if kind.name != "contacts":  # seen in recorded answers: contacts leave these two out
        shown |= {kind.created: record.created_at, "hs_object_id": record.id}
    for name, value in written.changed.items():
        portal.changed(kind, record.id, "propertyChange", name, value)
    updated_at = written.values[kind.modified]
    return Record(record.id, dict(sorted(shown.items())), record.created_at, updated_at).body()


def archive(portal: HubSpot, kind: ObjectType, ids: Sequence[str]) -> None:
    """Move records to the recycle bin, with their links."""
    live = portal.records.many(kind, ids, kind.fixed)
    if kind.name == "companies":
        _leave_companies(portal, kind, list(live))
    portal.records.archive(kind, list(live))
    portal.associations.drop_record(kind, live)
    portal.lists.leave(kind.type_id, live)
    for record_id in live:
        portal.changed(kind, record_id, "deletion")


def _leave_companies(portal: HubSpot, companies: ObjectType, ids: Sequence[str]) -> None:
    contacts = portal.object_type("contacts")
    for company, links in portal.associations.of(companies, contacts, ids).items():
        for contact in {link.to_id: None for link in links}:
            portal.unlink(companies, company, contacts, contact)


def _follow_company(portal: HubSpot, kind: ObjectType, record_id: str, values: Mapping[str, str]) -> None:
    """Link a contact to the company that was written into it."""
    if kind.name != "contacts" or COMPANY not in values:
        return
    if company := values[COMPANY]:
        portal.primaries.set(portal.associations.company_of_contact, {record_id: company})
    else:
        portal.primaries.clear(record_id)


def purge(portal: HubSpot, kind: ObjectType, record_id: str) -> None:
    """Remove a record, its links and its history for good."""
    portal.associations.drop_record(kind, [record_id])
    portal.records.purge(kind, record_id)
    portal.lists.leave(kind.type_id, [record_id])
    portal.changed(kind, record_id, "privacyDeletion")


def merge(portal: HubSpot, kind: ObjectType, primary_id: str, other_id: str) -> dict[str, Any]:
    """Merge two records; the answer shows the new one."""
    return _filled(_read(portal, kind, merging.merge(portal, kind, primary_id, other_id)))


def stamp(portal: HubSpot) -> str:
    """The present moment as the API writes it."""
    return iso(portal.clock.now())
