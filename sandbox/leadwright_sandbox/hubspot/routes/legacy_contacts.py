"""The first generation of the contacts API, which callers still use to find people by e-mail."""

from __future__ import annotations

import uuid
from typing import Any

from leadwright_sandbox.hubspot import writing
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import ApiError, InvalidPropertiesError, bad_request, not_found
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.properties import Property
from leadwright_sandbox.hubspot.records import Record
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.values import milliseconds, text, wire_id

CONTACTS = "/contacts/v1/contact"
MAX_CONTACTS = 100


def reads(call: Call) -> tuple[str, ...]:
    """The scope to read what the old API shows."""
    return ("crm.objects.contacts.read",)


def writes(call: Call) -> tuple[str, ...]:
    """The scope to change what the old API shows."""
    return ("crm.objects.contacts.write",)


def contacts(call: Call) -> ObjectType:
    """The type of contacts."""
    return call.object_type("contacts")


def _value(known: Property, value: str) -> str:
    """A property value as the old API spells it: moments and days in milliseconds."""
    return str(milliseconds(value)) if known.type in ("datetime", "date") and value else value


def _values(kind: ObjectType, record: Record) -> dict[str, Any]:
    return {
        name: {"value": _value(kind.properties[name], value)}
        for name, value in record.properties.items()
        if value is not None
    }


def _associated_company(call: Call, record: Record) -> dict[str, Any]:
    companies, company_id = call.object_type("companies"), record.properties.get("associatedcompanyid")
    names = sorted(companies.properties)
    company = call.portal.records.get(companies, company_id, names) if company_id else None
    if company is None:
        return {}
    shown = {
        "company-id": wire_id(company.id),
        "portal-id": call.portal.portal_id,
        "properties": _values(companies, company),
    }
    return {"associated-company": shown}


def _identities(record: Record, created: int) -> list[dict[str, Any]]:
    guid = str(uuid.uuid5(uuid.NAMESPACE_OID, record.id))
    known: list[dict[str, Any]] = [{"type": "LEAD_GUID", "value": guid, "timestamp": created}]
    if email := record.properties["email"]:
        known.insert(0, {"type": "EMAIL", "value": email, "timestamp": created, "is-primary": True})
    return known


def _memberships(call: Call, record: Record) -> list[dict[str, Any]]:
    return [
        {
            "static-list-id": found.id,
            "internal-list-id": found.id,
            "timestamp": milliseconds(found.members[record.id]),
            "vid": wire_id(record.id),
            "is-member": True,
        }
        for found in call.portal.lists.all()
        if record.id in found.members
    ]


def _merged(record: Record) -> list[str]:
    return [part for part in (record.properties["hs_merged_object_ids"] or "").split(";") if part]


def _merge_audits(call: Call, record: Record) -> list[dict[str, Any]]:
    """Who was merged into a contact: those that are in the recycle bin say when."""
    if not _merged(record):
        return []
    names = ["email", "firstname", "lastname"]
    gone = call.portal.records.many(contacts(call), _merged(record), names, archived=True)

    def email(of: Record) -> dict[str, Any]:
        return {
            "value": of.properties["email"] or "",
            "timestamp": milliseconds(of.created_at),
            "selected": False,
        }

    return [
        {
            "canonical-vid": wire_id(record.id),
            "vid-to-merge": wire_id(loser.id),
            "timestamp": milliseconds(loser.archived_at or loser.updated_at),
            "entity-id": f"vid:{loser.id}",
            "first-name": loser.properties["firstname"] or "",
            "last-name": loser.properties["lastname"] or "",
            "merged_from_email": email(loser),
            "merged_to_email": email(record),
        }
        for loser in gone.values()
    ]


def _form_submissions(call: Call, record: Record, mode: str) -> list[dict[str, Any]]:
    sent = call.portal.forms.of_contact([record.id, *_merged(record)])
    chosen = {"none": [], "newest": sent[:1], "oldest": sent[-1:]}.get(mode, sent)
    return [
        {
            "conversion-id": body["conversionId"],
            "timestamp": body["submittedAt"],
            "form-id": form["id"],
            "portal-id": call.portal.portal_id,
            "page-url": body["pageUrl"],
            "page-title": body.get("pageTitle"),
            "title": form["name"],
            "form-type": form["formType"].upper(),
            "meta-data": [],
            "contact-associated-by": ["EMAIL"],
        }
        for form, body in chosen
    ]


def _profile(call: Call, record: Record, mode: str) -> dict[str, Any]:
    created = milliseconds(record.created_at)
    return (
        _associated_company(call, record)
        | {
            "vid": wire_id(record.id),
            "canonical-vid": wire_id(record.id),
            "merged-vids": [wire_id(record_id) for record_id in _merged(record)],
            "portal-id": call.portal.portal_id,
            "is-contact": True,
            "properties": _values(contacts(call), record),
            "list-memberships": _memberships(call, record),
            "identity-profiles": [
                {
                    "vid": wire_id(record.id),
                    "saved-at-timestamp": created,
                    "deleted-changed-timestamp": 0,
                    "identities": _identities(record, created),
                }
            ],
            "merge-audits": _merge_audits(call, record),
        }
        | ({"form-submissions": _form_submissions(call, record, mode)} if mode else {})
    )


def _missing(what: str) -> ApiError:
    return not_found("contact does not exist", errors=[{"message": f"The contact {what} does not exist."}])


def _by_email(call: Call, email: str) -> str | None:
    return call.portal.records.ids_by(contacts(call), "email", [email]).get(email.lower())


def _shown(call: Call, record_id: str | None, what: str) -> Answer:
    kind = contacts(call)
    record = call.portal.records.get(kind, record_id, sorted(kind.properties)) if record_id else None
    if record is None:
        raise _missing(what)
    return 200, _profile(call, record, call.query.get("formSubmissionMode") or "")


def profile_by_email(call: Call) -> Answer:
    """A contact by e-mail."""
    return _shown(call, _by_email(call, call.path["email"]), f"e:{call.path['email']}")


def profile_by_vid(call: Call) -> Answer:
    """A contact by id."""
    return _shown(call, call.path["vid"], call.path["vid"])


def _given(call: Call) -> dict[str, Any]:
    given = call.body.get("properties")
    if not isinstance(given, list) or not all(
        isinstance(item, dict) and "property" in item for item in given
    ):
        raise bad_request("Invalid input JSON: properties is a list of property and value")
    return {text(item["property"]): item.get("value") for item in given}


def _refused(error: InvalidPropertiesError) -> ApiError:
    """The old form of a refusal: the list stands beside the message, without a category."""
    results = [
        {key: value for key, value in item.items() if key != "localizedErrorMessage"}
        for item in error.results
    ]
    return ApiError(400, "Property values were not valid", None, validationResults=results)


def create_or_update(call: Call) -> Answer:
    """Create a contact, or update the one with this e-mail."""
    kind, properties = contacts(call), _given(call)
    record_id = _by_email(call, call.path["email"])
    try:
        if record_id is None:
            made = writing.create(call.portal, kind, {"email": call.path["email"], **properties})
            return 200, {"vid": wire_id(made["id"]), "isNew": True}
        writing.update(call.portal, kind, record_id, properties)
    except InvalidPropertiesError as error:
        raise _refused(error) from error
    return 200, {"vid": wire_id(record_id), "isNew": False}


def delete_contact(call: Call) -> Answer:
    """Move a contact to the recycle bin."""
    kind, vid = contacts(call), call.path["vid"]
    if not call.portal.records.many(kind, [vid], ["hs_object_id"]):
        raise _missing(vid)
    writing.archive(call.portal, kind, [vid])
    return 200, {"vid": wire_id(vid), "deleted": True, "reason": "OK"}


def all_contacts(call: Call) -> Answer:
    """A page of contacts in the order of their ids."""
    kind = contacts(call)
    count = call.number("count", 20, MAX_CONTACTS)
    names = sorted(
        {"email", "hs_merged_object_ids", *kind.fixed, *call.names("property")} & set(kind.properties)
    )
    after, mode = call.query.get("vidOffset"), call.query.get("formSubmissionMode") or "newest"
    records = call.portal.records.page(
        kind, names, after if after != "0" else None, count + 1, archived=False
    )
    return 200, {
        "contacts": [
            _profile(call, record, mode) | {"addedAt": milliseconds(record.created_at)}
            for record in records[:count]
        ],
        "has-more": len(records) > count,
        "vid-offset": wire_id(records[:count][-1].id) if records else 0,
    }


ROUTES = [
    Endpoint("GET", f"{CONTACTS}/email/{{email}}/profile", profile_by_email, reads),
    Endpoint("GET", f"{CONTACTS}/vid/{{vid}}/profile", profile_by_vid, reads),
    Endpoint("POST", f"{CONTACTS}/createOrUpdate/email/{{email}}", create_or_update, writes),
    Endpoint("DELETE", f"{CONTACTS}/vid/{{vid}}", delete_contact, writes),
    Endpoint("GET", "/contacts/v1/lists/all/contacts/all", all_contacts, reads),
]
