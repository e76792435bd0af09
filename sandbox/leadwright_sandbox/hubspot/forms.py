"""Forms and what people sent through them; a submission creates or updates its contact."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from leadwright_sandbox.hubspot import writing
from leadwright_sandbox.hubspot.errors import bad_request
from leadwright_sandbox.hubspot.lists import CONTACTS
from leadwright_sandbox.hubspot.values import iso, milliseconds, spell, text

if TYPE_CHECKING:
    from leadwright_sandbox.hubspot.portal import HubSpot

TABLE = "_submissions"
LAST = (1 << 63) - 1
EMPTY_FORM: dict[str, Any] = {
    "configuration": {},
    "displayOptions": {},
    "legalConsentOptions": {"type": "none"},
}
SENT = (
    "form",
    "contact_id",
    "submitted_at",
    "page_url",
    "page_title",
)  # of a loaded row; the rest are values


class Forms:
    """The portal's forms by id, and their submissions."""

    def __init__(self, portal: HubSpot) -> None:
        self._portal = portal
        self.forms: dict[str, dict[str, Any]] = {}
        portal.store.db.execute(
            f"create table if not exists {TABLE} "
            "(number integer primary key, form text, submitted_at integer, body text, contact text)"
        )
        portal.store.db.execute(
            f"create index if not exists {TABLE}_by_form on {TABLE} (form, submitted_at, number)"
        )
        portal.store.db.execute(f"create index if not exists {TABLE}_by_contact on {TABLE} (contact)")

    def load(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Add forms: rows of name, created_at, fields (names of properties, `;` between them).

        One that is there gets what the row says.
        """
        count = 0
        for row in rows:
            form = self._named(text(row["name"]))
            if row.get("created_at"):
                form["createdAt"] = form["updatedAt"] = spell("datetime", row["created_at"])
            if row.get("fields"):
                form["fieldGroups"] = [self._field_group(name) for name in text(row["fields"]).split(";")]
            count += 1
        return count

    def load_submissions(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Add what was sent earlier: rows of form (its name), contact_id, submitted_at, page_url, page_title, values.

        A form that is not there is made. The contacts are left as they are.
        """
        columns = ("number", "form", "submitted_at", "body", "contact")
        loaded, first = [], self._next_number()
        for number, row in enumerate(rows, first):
            form, at = self._named(text(row["form"])), spell("datetime", row["submitted_at"])
            values = {name: text(value) for name, value in row.items() if name not in SENT and value}
            where = [text(row.get(name) or "") for name in ("page_url", "page_title")]
            body = _submission(form, number, at, values, *where)
            loaded.append(
                (number, form["id"], body["submittedAt"], json.dumps(body), text(row["contact_id"]))
            )
        self._portal.store.insert(TABLE, columns, loaded)
        return len(loaded)

    def _field_group(self, name: str) -> dict[str, Any]:
        """A line of a form that asks for one property."""
        known = self._portal.object_type("contacts").properties.get(name)
        field = {
            "objectTypeId": CONTACTS,
            "name": name,
            "label": known.label if known else name,
            "required": name == "email",
            "hidden": False,
            "fieldType": "email" if name == "email" else "single_line_text",
        }
        if name == "email":
            field["validation"] = {"blockedEmailDomains": [], "useDefaultBlockList": False}
        return {"groupType": "default_group", "richTextType": "text", "fields": [field]}

    def _named(self, name: str) -> dict[str, Any]:
        """The form called `name`, which is made where there is none."""
        found = next((form for form in self.forms.values() if form["name"] == name), None)
        return found or self.create({"name": name})

    def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Add a form."""
        now = iso(self._portal.clock.now())
        form_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"form-{len(self.forms)}"))
        form = {
            **EMPTY_FORM,
            "fieldGroups": given.get("fieldGroups") or [],
            **{name: given[name] for name in EMPTY_FORM if given.get(name)},
            "formType": "hubspot",
            "id": form_id,
            "name": given["name"],
            "createdAt": now,
            "updatedAt": now,
            "archived": False,
        }
        self.forms[form_id] = form
        return form

    def submit(
        self, form: Mapping[str, Any], fields: Mapping[str, str], page_url: str, page_name: str
    ) -> None:
        """Store a submission and what it says about a contact; raises ApiError where a value does not fit."""
        if not fields.get("email"):
            raise bad_request("Required field 'email' is missing", errorType="REQUIRED_FIELD")
        now = iso(self._portal.clock.now())
        conversion = f"{page_name}: {form['name']}" if page_name else str(form["name"])
        contact = self._write_contact(fields, conversion, now)
        number = self._next_number()
        body = _submission(form, number, now, fields, page_url, page_name)
        self._portal.store.db.execute(
            f"insert into {TABLE} (number, form, submitted_at, body, contact) values (?, ?, ?, ?, ?)",
            (number, form["id"], body["submittedAt"], json.dumps(body), contact),
        )

    def _write_contact(self, fields: Mapping[str, str], conversion: str, now: str) -> str:
        portal, kind = self._portal, self._portal.object_type("contacts")
        known = {name: value for name, value in fields.items() if name in kind.properties}
        found = portal.records.ids_by(kind, "email", [fields["email"]]).get(fields["email"].lower())
        if found is None:
            made = writing.create(portal, kind, known)
            found = str(made["id"])
        else:
            writing.update(portal, kind, found, known)
        before = portal.records.get(kind, found, ["num_conversion_events", "first_conversion_date"])
        former = before.properties if before else {}
        counted = {
            "num_conversion_events": str(int(former.get("num_conversion_events") or 0) + 1),
            "recent_conversion_event_name": conversion,
            "recent_conversion_date": now,
        }
        if not former.get("first_conversion_date"):
            counted |= {"first_conversion_event_name": conversion, "first_conversion_date": now}
        portal.records.update(kind, found, counted)
        return found

    def _next_number(self) -> int:
        row = self._portal.store.db.execute(f"select coalesce(max(number), 0) + 1 from {TABLE}").fetchone()
        return int(row[0])

    def of_contact(self, ids: Sequence[str]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """What the contacts `ids` sent, newest first, as (form, submission)."""
        marks = ", ".join("?" * len(ids))
        rows = self._portal.store.db.execute(
            f"select form, body from {TABLE} where contact in ({marks}) order by submitted_at desc, number desc",
            ids,
        )
        return [(self.forms[row[0]], json.loads(row[1])) for row in rows if row[0] in self.forms]

    def submissions(
        self, form_id: str, limit: int, after: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Submissions of a form, newest first, and where the next page starts."""
        submitted_at, _, number = (after or "").partition("-")
        behind = (
            (int(submitted_at), int(number)) if submitted_at.isdigit() and number.isdigit() else (LAST, LAST)
        )
        rows = self._portal.store.db.execute(
            f"select submitted_at, number, body from {TABLE} where form = ? and (submitted_at, number) < (?, ?) "
            "order by submitted_at desc, number desc limit ?",
            (form_id, *behind, limit + 1),
        ).fetchall()
        more = f"{rows[limit - 1][0]}-{rows[limit - 1][1]}" if len(rows) > limit else None
        return [json.loads(row[2]) for row in rows[:limit]], more


def _submission(
    form: Mapping[str, Any], number: int, at: str, values: Mapping[str, str], page_url: str, page_name: str
) -> dict[str, Any]:
    """A submission as the API shows it."""
    body = {
        "conversionId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{form['id']}-{number}")),
        "submittedAt": milliseconds(at),
        "values": [
            {"name": name, "value": value, "objectTypeId": CONTACTS} for name, value in values.items()
        ],
        "pageUrl": page_url,
    }
    return {**body, "pageTitle": page_name} if page_name else body
