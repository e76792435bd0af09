"""Field paths of a query (`Email`, `Owner.Name`, `Account.Owner.Email`) -> SQL and the joins they need."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from leadwright_sandbox.salesforce.errors import invalid_field, malformed_query
from leadwright_sandbox.salesforce.fields import TEXT_KINDS, Field, ObjectType
from leadwright_sandbox.salesforce.schema import View
from leadwright_sandbox.salesforce.values import Stored, stamp
from leadwright_sandbox.store import quoted

ROOT = "t"
MAX_DEPTH = 5
NO_RELATIONSHIP = (
    "Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, be "
    "sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call "
    "for the appropriate names."
)
QUEUES = "when {0}.\"Type\" = 'Queue' then 'Queue'"  # an owner of object Group that is a queue says so
Path = tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """One table that takes part in a query, under its alias."""

    object: ObjectType
    alias: str


@dataclass(frozen=True)
class Resolved:
    """A path that was understood: its names as the API spells them, its type and its SQL."""

    path: Path
    field: Field
    sql: str


def _no_case(sql: str) -> str:
    """An expression that compares as a text column does: only columns bring their collation along."""
    return f"(({sql}) collate nocase)"


@dataclass
class Paths:
    """Resolves the paths of one query and collects its joins and parameters."""

    view: View
    root: ObjectType
    now: datetime
    root_alias: str = ""
    prefix: str = ""  # keeps the aliases and parameters of a sub-select apart
    sources: dict[Path, list[Source]] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)
    parameters: dict[str, Stored] = field(default_factory=dict)

    @property
    def root_table(self) -> str:
        """The alias of the table the query reads."""
        return f"{self.prefix}{ROOT}"

    def bind(self, value: Stored) -> str:
        """A parameter that stands for `value`."""
        name = f"{self.prefix}p{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"

    def resolve(self, parts: Path) -> Resolved:
        """The field that `parts` lead to."""
        if len(parts) > 1 and parts[0].lower() in (self.root_alias.lower(), self.root.name.lower()):
            parts = parts[1:]
        if len(parts) > MAX_DEPTH + 1:
            raise malformed_query("SOQL statements can only reference 5 levels of relationships")
        relation, name = self.canonical(parts[:-1]), parts[-1]
        sources = self.reach(relation)
        if name.lower() == "type" and len(sources) > 1:
            return Resolved(
                (*relation, "Type"), Field("Type", "string"), _no_case(self.type_of(relation, QUEUES))
            )
        found = [(s, f) for s in sources if (f := self.view.find_field(s.object, name)) is not None]
        if not found:
            self.view.field(sources[0].object, name)
        parts_sql = [self.column(relation, source, each) for source, each in found]
        sql = parts_sql[0] if len(parts_sql) == 1 else f"coalesce({', '.join(parts_sql)})"
        if found[0][1].kind in TEXT_KINDS and (len(found) > 1 or found[0][1].formula):
            sql = _no_case(sql)
        return Resolved((*relation, found[0][1].name), found[0][1], sql)

    def column(self, relation: Path, source: Source, wanted: Field) -> str:
        """The SQL of one field of one table."""
        if wanted.formula is None:
            return f"{source.alias}.{quoted(wanted.name)}"

        def part(match: re.Match[str]) -> str:
            if match[1] == "now":
                return self.bind(stamp(self.now))
            inner = tuple(match[1].split("."))
            if len(inner) == 1:
                return self.column(relation, source, source.object.fields[inner[0].lower()])
            return self.resolve((*relation, *inner)).sql

        return re.sub(r"\{([\w.]+)\}", part, wanted.formula)

    def canonical(self, relation: Path) -> Path:
        """Relationship names as the API spells them."""
        spelled: Path = ()
        for name in relation:
            field_found = self._reference(self.reach(spelled), name)[0][1]
            spelled = (*spelled, field_found.relationship or name)
        return spelled

    def _reference(self, sources: list[Source], name: str) -> list[tuple[Source, Field]]:
        found = [
            (source, each)
            for source in sources
            if (each := source.object.relationship(name)) and self.view.sees(source.object, each)
        ]
        if not found:
            raise invalid_field(NO_RELATIONSHIP.format(name=name))
        return found

    def reach(self, relation: Path) -> list[Source]:
        """The tables at the end of a relationship path, joined at its first use."""
        if not relation:
            return [Source(self.root, self.root_table)]
        if relation not in self.sources:
            references = self._reference(self.reach(relation[:-1]), relation[-1])
            keys = [self.column(relation[:-1], source, each) for source, each in references]
            key = keys[0] if len(keys) == 1 else f"coalesce({', '.join(keys)})"
            targets = {name: None for _, each in references for name in each.references}
            self.sources[relation] = [self._join(name, key) for name in targets]
        return self.sources[relation]

    def _join(self, name: str, key: str) -> Source:
        target = self.view.object(name)
        alias = f"{self.prefix}j{len(self.joins)}"
        self.joins.append(f'left join {quoted(target.table)} as {alias} on {alias}."Id" = {key}')
        return Source(target, alias)

    def id_of(self, relation: Path) -> str:
        """The SQL of the id of the record at the end of a relationship path."""
        ids = [f'{source.alias}."Id"' for source in self.reach(relation)]
        return ids[0] if len(ids) == 1 else f"coalesce({', '.join(ids)})"

    def is_polymorphic(self, relation: Path) -> bool:
        """Whether a relationship path may end at records of several objects."""
        return len(self.reach(relation)) > 1

    def type_of(self, relation: Path, more: str = "") -> str:
        """The SQL of the object name of the record at the end of a relationship path; `more` cases come before."""
        cases = " ".join(
            f"{more.format(source.alias) if source.object.name == 'Group' else ''} "
            f"when {source.alias}.\"Id\" is not null then '{source.object.name}'"
            for source in self.reach(relation)
        )
        return f"case {cases} end"
