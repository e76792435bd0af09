"""Properties: what HubSpot knows of each field of an object, standard or custom."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from leadwright_sandbox.hubspot.values import InvalidValueError, email_text, spell, text

TYPES = (
    "string",
    "number",
    "date",
    "datetime",
    "enumeration",
    "bool",
    "phone_number",
    "json",
    "object_coordinates",
)
FIELD_TYPES = {
    "string": {"text", "textarea", "file", "html", "phonenumber", "calculation_equation"},
    "number": {"number", "calculation_equation"},
    "date": {"date"},
    "datetime": {"date"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox", "calculation_equation"},
    "bool": {"booleancheckbox", "calculation_equation"},
    "phone_number": {"phonenumber"},
}
PROPERTY_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
BORN = "2019-08-06T02:41:08.029Z"  # what HubSpot shows as the birth of its own properties


@dataclass(slots=True)
class Property:
    """One property of one object type."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    description: str = ""
    options: list[dict[str, Any]] = field(default_factory=list)
    read_only: bool = False
    calculated: bool = False
    unique: bool = False
    external: bool = False
    open: bool = False
    standard: bool = True
    hidden: bool = False
    form_field: bool = False
    display_order: int = -1
    created_at: str = BORN
    updated_at: str = BORN
    archived_at: str | None = None
    _allowed: frozenset[str] | None = None

    @property
    def collation(self) -> str:
        """SQLite's column type: free text compares without case in HubSpot's searches, the rest with it."""
        return "text collate nocase" if self.type in ("string", "phone_number") else "text"

    def allowed(self) -> frozenset[str]:
        """Values that an enumeration takes."""
        if self._allowed is None:
            self._allowed = frozenset(str(choice["value"]) for choice in self.options)
        return self._allowed

    def set_options(self, options: list[dict[str, Any]]) -> None:
        """Replace the values that an enumeration takes."""
        self.options = options
        self._allowed = None

    def stored(self, value: object) -> str:
        """`value` checked and spelt for storage; raises InvalidValueError."""
        if self.name == "email":
            plain = text(value)
            return email_text(plain) if plain else plain
        spelt = spell(self.type, value)
        if self.type == "enumeration" and spelt and not (self.external or self.open):
            self._check_options(spelt)
        return spelt

    def _check_options(self, value: str) -> None:
        chosen = value.strip(";").split(";") if self.field_type == "checkbox" else [value]
        allowed = self.allowed()
        for choice in chosen:
            if choice not in allowed:
                listed = ", ".join(str(option["value"]) for option in self.options)
                raise InvalidValueError(
                    "INVALID_OPTION", f"{choice} was not one of the allowed options: [{listed}]"
                )

    def add_option(self, value: str) -> None:
        """Make `value` an allowed option."""
        self.set_options([*self.options, option(value, value, len(self.options))])

    def body(self) -> dict[str, Any]:
        """The property as the v3 API shows it."""
        shown: dict[str, Any] = {
            "updatedAt": self.updated_at,
            "createdAt": self.created_at,
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": self.options,
            "displayOrder": self.display_order,
            "calculated": self.calculated,
            "externalOptions": self.external,
            "archived": self.archived_at is not None,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.standard,
            "modificationMetadata": {
                "archivable": not self.standard,
                "readOnlyDefinition": self.standard,
                "readOnlyValue": self.read_only,
            },
            "formField": self.form_field,
        }
        if self.archived_at:
            shown["archivedAt"] = self.archived_at
        if not self.standard:
            del shown["hubspotDefined"]
        return shown


def option(value: str, label: str, order: int) -> dict[str, Any]:
    """One choice of an enumeration."""
    return {"label": label, "value": value, "displayOrder": order, "hidden": False}


def _standard() -> Iterator[tuple[str, Property]]:
    with Path(__file__).with_name("properties.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            flags = set(row["flags"].split())
            choices = row["options"].split("|") if row["options"] else []
            if row["type"] == "bool":
                choices = ["true", "false"]
            yield (
                row["object"],
                Property(
                    name=row["name"],
                    label=row["label"],
                    type=row["type"],
                    field_type=row["field_type"],
                    group=row["group"],
                    options=[option(choice, choice, place) for place, choice in enumerate(choices)],
                    read_only="read_only" in flags,
                    calculated="calculated" in flags,
                    unique="unique" in flags,
                    external="external" in flags,
                    open="open" in flags,
                ),
            )


@cache
def _catalogue() -> dict[str, list[Property]]:
    found: dict[str, list[Property]] = {}
    for object_name, known in _standard():
        found.setdefault(object_name, []).append(known)
    return found


def standard_properties(object_name: str) -> dict[str, Property]:
    """HubSpot's own properties of `object_name`; fresh copies, for each portal changes its own."""
    return {
        known.name: replace(known, options=[dict(choice) for choice in known.options])
        for known in _catalogue().get(object_name, [])
    }
