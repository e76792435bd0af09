"""The tables at both ends of the dbt project: those that a pull fills, and those whose rows are written back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from leadwright.connectors.base import MEMBERSHIPS, FieldSpec


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table that extract fills: the declared columns, and the workspace's `own` fields, are what is pulled.

    Attributes:
        names: columns with ids of people, or of what is told of them; and of what objects, as record keys call these.
    """

    schema: str
    name: str
    declared: tuple[tuple[str, str], ...]
    own: tuple[str, ...] = ()
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Name and type of every column."""
        return (*self.declared, *((name, "varchar") for name in self.own))

    @property
    def crm(self) -> str:
        """Name of the CRM that fills the table, empty for our own tables."""
        return self.schema.removeprefix("raw_") if self.schema.startswith("raw_") else ""


@dataclass(frozen=True, slots=True)
class Making:
    """How the rows of a sync model are made as new records, where they change none.

    Attributes:
        key: the CRM field with the key of ours by which the CRM is asked whether it has the record.
        assignee: the CRM field that says who is to do it.
        person: the value that names the record of the person it is about.
        owner_shown: the column that says whether the CRM shows the owner whom the record speaks of.
    """

    key: str
    assignee: str
    person: str = "person_id"
    owner_shown: str = "is_owner_shown"


@dataclass(frozen=True, slots=True)
class SyncModel:
    """A model whose rows are the values that a CRM object should show and does not.

    Attributes:
        schema, name: where the rows are.
        crm, object: where they go; one model has the rows of all accounts of its system.
        key: the column of that object's raw table that names a record.
        subject: the column that says what a row is about: `lead_id` or `account_id`.
        fields: CRM fields that are written.
        guarded: the fields that are written only while the CRM still shows what we saw.
        owned: the fields that we create in the CRM: those that we write, and those that people fill for us.
        of_owner: those of `fields` that set, name or explain the owner.
        score, grade: those of `fields` that show the score and the grade; empty where none does.
        hash_suffix: tells the ledger's hashes of a part of the fields from those of all.
        making: how its rows are made as new records; None: they change records that are there.
        condition: the column that must hold for a row to be sent; empty: all are.
    """

    schema: str
    name: str
    crm: str
    object: str
    key: str
    subject: str
    fields: tuple[str, ...]
    guarded: tuple[str, ...]
    owned: tuple[FieldSpec, ...]
    of_owner: tuple[str, ...] = ()
    score: str = ""
    grade: str = ""
    hash_suffix: str = ""
    making: Making | None = None
    condition: str = ""

    @property
    def title(self) -> str:
        """The model, and the account where it is not the one that has the system's name."""
        return self.name if self.name.startswith(f"sync_{self.crm}__") else f"{self.name} of {self.crm}"

    @property
    def is_pulled(self) -> bool:
        """Whether a pull has brought the records: not what is made, nor memberships, which are asked for one by one."""
        return self.making is None and self.object != MEMBERSHIPS

    def without_owners(self) -> SyncModel:
        """The same without every field that sets, names or explains the owner.

        Memberships have none. A record that is made for an owner is left out where the CRM shows another one, or none.
        """
        if self.object == MEMBERSHIPS:
            return self
        if self.making:
            return replace(self, condition=self.making.owner_shown)
        return replace(
            self,
            fields=tuple(name for name in self.fields if name not in self.of_owner),
            guarded=tuple(name for name in self.guarded if name not in self.of_owner),
            owned=tuple(spec for spec in self.owned if spec.name not in self.of_owner),
            of_owner=(),
            hash_suffix="/without owners",
        )
