"""Object types: their names on the wire, the property that carries their last change, and their schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from leadwright_sandbox.hubspot.properties import Property, standard_properties
from leadwright_sandbox.hubspot.values import InvalidValueError

UNSERVED = {
    "tasks_queue", "feedback_submissions", "goal_targets", "taxes",
    "discounts", "fees", "carts", "orders", "invoices", "subscriptions", "payments", "appointments", "courses",
    "listings", "services", "postal_mail", "deal_splits", "users", "marketing_events", "projects",
}  # fmt: skip


def unserved(name: str) -> str | None:
    """The singular of an object that HubSpot has and the sandbox does not serve; None for any other name."""
    lowered = name.lower()
    plural = lowered if lowered in UNSERVED else next((it for it in UNSERVED if _singular(it) == lowered), "")
    return _singular(plural) or None


def _singular(plural: str) -> str:
    return "tax" if plural == "taxes" else plural.removesuffix("s")


@dataclass(slots=True)
class ObjectType:
    """One type of CRM record.

    Attributes:
        name: plural name on the wire; also the SQLite table.
        created, modified: the properties that carry the two dates; contacts spell the second one in their own way.
        shown: properties that come back where a caller asks for none.
        searched: properties that the free-text `query` of a search looks at.
        scope: the word that names the object in scopes.
        required: properties that a new record must have.
        display: properties that stand for a record where people see it; the first is its title.
    """

    name: str
    singular: str
    type_id: str
    created: str
    modified: str
    shown: tuple[str, ...]
    searched: tuple[str, ...] = ()
    scope: str = "contacts"
    properties: dict[str, Property] = field(default_factory=dict)
    custom: bool = False
    labels: tuple[str, str] = ("", "")
    required: tuple[str, ...] = ()
    display: tuple[str, ...] = ()
    defined_at: str = "1970-01-01T00:00:00Z"

    def has(self, name: str) -> bool:
        """Whether callers can see a property `name`: it is there and not archived."""
        known = self.properties.get(name)
        return known is not None and not known.archived_at

    def loading_problem(self, name: str, value: str) -> str | None:
        """What is wrong with `value` for the property `name` when records are loaded; None where it is fine."""
        known = self.properties.get(name)
        if known is None or name == "hs_object_id" or not value or known.type == "enumeration":
            return None
        try:
            known.stored(value)
        except InvalidValueError as problem:
            return str(problem)
        return None

    @property
    def capitals(self) -> str:
        """What some messages call the object."""
        return self.name if self.custom else self.singular.upper()

    @property
    def fixed(self) -> tuple[str, str, str]:
        """Properties that come back whatever is asked for."""
        return (self.created, self.modified, "hs_object_id")


def _crm(name: str, singular: str, type_id: str, shown: str, searched: str) -> ObjectType:
    modified = "lastmodifieddate" if name == "contacts" else "hs_lastmodifieddate"
    return ObjectType(
        name, singular, type_id, "createdate", modified, tuple(shown.split()), tuple(searched.split()), name
    )


def _activity(name: str, singular: str, type_id: str, searched: str) -> ObjectType:
    return ObjectType(
        name, singular, type_id, "hs_createdate", "hs_lastmodifieddate", (), tuple(searched.split())
    )


def _standard() -> Iterator[ObjectType]:
    yield _crm(
        "contacts",
        "contact",
        "0-1",
        "email firstname lastname",
        "email firstname lastname phone mobilephone company hs_additional_emails",
    )
    yield _crm("companies", "company", "0-2", "domain name", "name domain phone website")
    yield _crm(
        "deals", "deal", "0-3", "amount closedate dealname dealstage pipeline", "dealname pipeline dealstage"
    )
    leads = _activity("leads", "lead", "0-136", "hs_lead_name")
    leads.scope = "leads"
    yield leads
    yield _activity("calls", "call", "0-48", "hs_call_title hs_call_body")
    yield _activity("emails", "email", "0-49", "hs_email_subject")
    yield _activity("meetings", "meeting", "0-47", "hs_meeting_title hs_meeting_body")
    yield _activity("notes", "note", "0-46", "hs_note_body")
    yield _activity("tasks", "task", "0-27", "hs_task_subject hs_task_body")
    yield _activity("communications", "communication", "0-18", "hs_communication_body")
    yield from _beside_selling()


def _beside_selling() -> Iterator[ObjectType]:
    """What readers ask every portal for, and the made population has none of."""
    yield _crm(
        "tickets",
        "ticket",
        "0-5",
        "content hs_pipeline hs_pipeline_stage hs_ticket_category hs_ticket_priority subject",
        "subject content",
    )
    yield _crm("products", "product", "0-7", "description name price", "name description price hs_sku")
    yield _crm("line_items", "line_item", "0-8", "amount hs_product_id name price quantity", "name")
    quotes = _activity("quotes", "quote", "0-14", "hs_title")
    quotes.scope = "quotes"
    yield quotes


class ObjectTypes:
    """The portal's object types, found by any of the names that callers use."""

    def __init__(self) -> None:
        self._types: dict[str, ObjectType] = {}
        self._aliases: dict[str, ObjectType] = {}
        for kind in _standard():
            kind.properties = standard_properties(kind.name)
            kind.labels = (kind.singular.capitalize(), kind.name.capitalize())
            kind.display = kind.shown or kind.searched[:1]
            self.add(kind)

    def add(self, kind: ObjectType, *aliases: str) -> None:
        """Make `kind` known by its name, singular, type id and `aliases`."""
        self._types[kind.name] = kind
        for alias in (kind.name, kind.singular, kind.type_id, *aliases):
            self._aliases[alias.lower()] = kind

    def remove(self, kind: ObjectType) -> None:
        """Forget `kind`."""
        del self._types[kind.name]
        self._aliases = {alias: known for alias, known in self._aliases.items() if known is not kind}

    def find(self, name: str) -> ObjectType | None:
        """The type that `name` means: plural, singular, type id or fully qualified name, in any case."""
        return self._aliases.get(name.lower())

    def __iter__(self) -> Iterator[ObjectType]:
        return iter(list(self._types.values()))
