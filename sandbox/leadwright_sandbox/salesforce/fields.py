"""What the sandbox knows about a field and an object: the facts that describe, query and writes share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

TEXT_KINDS = frozenset(
    {"string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "combobox", "anyType"}
)
ID_KINDS = frozenset({"id", "reference"})
NUMBER_KINDS = frozenset({"int", "double", "currency", "percent"})
DEFAULT_LENGTHS = {"email": 80, "phone": 40, "url": 255, "picklist": 40, "textarea": 32000, "string": 255}
SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
    "anyType": "xsd:anyType",
}


def spaced(name: str) -> str:
    """A label made of an API name: `AccountId` -> `Account ID`, `Lead_Score__c` -> `Lead_Score`."""
    if name.endswith("__c"):
        return name[:-3]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"\bId$", "ID", words)


@dataclass
class Field:
    """One field of one object; `formula` is an SQL expression whose {Path} parts are fields."""

    name: str
    kind: str
    length: int = 0
    references: tuple[str, ...] = ()
    relationship: str | None = None
    createable: bool = True
    updateable: bool = True
    nillable: bool = True
    custom: bool = False
    label: str = ""
    formula: str | None = None
    picklist: tuple[str, ...] = ()
    restricted: bool = False
    external_id: bool = False
    unique: bool = False
    precision: int = 0
    scale: int = 0
    default: str | int | float | None = None
    record_id: str | None = None  # of the CustomField, where it is one
    guarded: bool = False  # invisible until a permission set grants it
    children: str | None = None  # what a reference's parent calls the records that hold it
    cascades: bool = False  # whether they are deleted with that parent

    def __post_init__(self) -> None:
        self.label = self.label or spaced(self.name)
        self.length = self.length or DEFAULT_LENGTHS.get(self.kind, 18 if self.kind in ID_KINDS else 0)
        if self.kind == "reference" and self.relationship is None and self.name.endswith("Id"):
            self.relationship = self.name[:-2]
        if self.kind == "boolean":
            self.nillable = False
            self.default = self.default or 0
        if self.formula is not None:
            self.createable = self.updateable = False

    @property
    def column_type(self) -> str:
        """The SQLite column: text compares without case as in SOQL, ids compare exactly."""
        if self.kind in ("boolean", "int"):
            return "integer"
        if self.kind in NUMBER_KINDS:
            return "real"
        if self.kind == "anyType":  # keeps a number a number
            return "blob collate nocase"
        return "text collate nocase" if self.kind in TEXT_KINDS else "text"

    @property
    def column_definition(self) -> str:
        """The column's type and default."""
        if self.default is None:
            return self.column_type
        literal = (
            "'" + self.default.replace("'", "''") + "'" if isinstance(self.default, str) else self.default
        )
        return f"{self.column_type} default {literal}"

    @property
    def stored(self) -> bool:
        """Whether the field has a column of its own."""
        return self.formula is None

    @property
    def filterable(self) -> bool:
        """Whether a query may filter, sort and group by the field."""
        return self.kind != "address" and not (self.kind == "textarea" and self.length > 255)

    @property
    def soap_type(self) -> str:
        """The type's name in the SOAP API, which describe shows too."""
        return SOAP_TYPES.get(self.kind, "xsd:string")

    @property
    def required(self) -> bool:
        """Whether a create must give a value."""
        if self.name == "OwnerId" or self.kind == "boolean":  # the system fills them
            return False
        return self.createable and not self.nillable and self.default is None


@dataclass
class ObjectType:
    """One object: its fields by lower-case name, in order."""

    name: str
    prefix: str
    label: str
    plural: str
    fields: dict[str, Field] = field(default_factory=dict)
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    bulk: bool = True
    tooling: bool = False
    custom: bool = False

    @property
    def table(self) -> str:
        """The table that holds the records."""
        return f"sf_{self.name}"

    @property
    def permission_noun(self) -> str:
        """The word after `Read` and `Edit` in the names of this object's permissions."""
        return self.plural.replace(" ", "")

    def get(self, name: str) -> Field | None:
        """The field called `name`, in any case."""
        return self.fields.get(name.lower())

    def add(self, new: Field) -> None:
        """Add or replace a field."""
        self.fields[new.name.lower()] = new
        self._forget()

    def remove(self, name: str) -> Field:
        """Take a field away."""
        self._forget()
        return self.fields.pop(name.lower())

    def _forget(self) -> None:
        for known in ("required", "_defaults"):
            self.__dict__.pop(known, None)

    @cached_property
    def required(self) -> tuple[Field, ...]:
        """The fields that a create must give a value; each record that is saved asks."""
        return tuple(f for f in self.fields.values() if f.required)

    @cached_property
    def _defaults(self) -> dict[str, str | int | float | None]:
        return {f.name: f.default for f in self.fields.values() if f.stored and f.default is not None}

    def relationship(self, name: str) -> Field | None:
        """The reference field whose relationship is called `name`, in any case."""
        wanted = name.lower()
        return next(
            (f for f in self.fields.values() if f.relationship and f.relationship.lower() == wanted), None
        )

    def defaults(self) -> dict[str, str | int | float | None]:
        """The values a new record starts with."""
        return self._defaults.copy()
