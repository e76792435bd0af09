"""Fields of a company's own that rules could look at: found in the CRM, named as features, fetched into the copy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count

from leadwright import warehouse
from leadwright.connectors.base import Connector, Describable, FieldInfo
from leadwright.connectors.errors import ConfigError
from leadwright.pull import backfill, forgotten
from leadwright.pull.drift import Stops
from leadwright.pull.fieldlist import SAMPLE, is_personal
from leadwright.pull.sources import Source
from leadwright.rules import files
from leadwright.rules.checks import objects_with_fields
from leadwright.settings import Settings
from leadwright.transform.project import Transform
from leadwright.transform.tables import RawTable

_FEWEST = 20
"""Of so few records that have a value, no rule can be learned; of a small CRM, a tenth of the sample is enough."""
_WRITTEN_BY_US = "leadwright_"
_A_NUMBER = re.compile(r"[-+]?[€$£\s]*\d[\d.,'\s]*\s*(%|€|\$|£|eur|usd|gbp|chf)?", re.IGNORECASE)
_A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")
_FLAGS = {"true", "false", "yes", "no", "ja", "nein", "oui", "non", "sí", "si", "1", "0"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field that a row of fields.csv could name.

    Attributes:
        feature: what rules would call it.
        type: as fields.csv has it.
        share: of the records looked at that have a value.
    """

    source: str
    object: str
    field: str
    label: str
    feature: str
    type: str
    share: float

    def row(self, reason: str = "") -> dict[str, str]:
        """Its row of fields.csv. What no log has seen change yet is taken to have been there from the beginning."""
        return {
            "source": self.source,
            "object": self.object,
            "field": self.field,
            "feature": self.feature,
            "type": self.type,
            "known_when": "capture",
            "description": reason or self.label,
        }


def find(settings: Settings, transform: Transform) -> Iterator[Candidate]:
    """The company's own fields in every connected CRM that hold something and that no table names yet.

    Raises:
        LeadwrightError: as the connectors raise them.
    """
    objects = objects_with_fields(transform.manifest())
    catalogue = features_of(transform)
    for crm in settings.crms():
        connector = settings.connect(crm)
        if not isinstance(connector, Describable):
            continue
        own = transform.own_fields().get(crm, {})
        for name in objects.get(settings.accounts[crm], []):
            table = next(t for t in transform.raw_tables() if (t.crm, t.name) == (crm, name))
            known = {column for column, _ in table.declared} | set(own.get(name, ()))
            yield from of_object(crm, name, connector, known, catalogue)


def features_of(transform: Transform) -> set[str]:
    """The names of all features that there are: those that come with Leadwright, and the company's own."""
    table = next(t for t in transform.rule_files() if t.name == "feature_catalogue")
    if faults := list(files.read(table)):
        raise ConfigError(str(faults[0]))
    return {row["feature"] for _, row in table.whole_rows}


def of_object(
    crm: str, name: str, connector: Describable, known: Collection[str], catalogue: Collection[str]
) -> Iterator[Candidate]:
    """The candidates of one object, by a sample of its records."""
    infos = [i for i in connector.fields(name) if _is_own(i, known)]
    if not infos:
        return
    rows = connector.sample(name, [i.name for i in infos], SAMPLE)
    taken = set(catalogue)
    for info in infos:
        values = [value for row in rows if (value := (row.get(info.name) or "").strip())]
        if len(values) < min(_FEWEST, max(1, len(rows) // 10)):
            continue
        feature = feature_name(info.name)
        if feature in taken:
            feature = next(name for n in count(1) if (name := f"own_{feature}_{n}") not in taken)
        taken.add(feature)
        yield Candidate(
            crm, name, info.name, info.label, feature, type_of(info, values), len(values) / len(rows)
        )


def _is_own(info: FieldInfo, known: Collection[str]) -> bool:
    return (
        info.is_custom
        and info.name not in known
        and not info.name.lower().startswith(_WRITTEN_BY_US)
        and not is_personal(info.name)
        and not {'"', "'"} & set(info.name)
    )


def feature_name(field: str) -> str:
    """What rules call a field: small letters and underscores, without what a CRM adds; a number in a script without."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", field) if not unicodedata.combining(c))
    words = re.findall(r"[a-z0-9]+", re.sub(r"__c$", "", bare, flags=re.IGNORECASE).lower())
    name = "_".join(words) or sha256(field.encode()).hexdigest()[:8]
    return name if name[0].isalpha() else f"field_{name}"


def type_of(info: FieldInfo, values: Sequence[str]) -> str:
    """The type a field has by what stands in it, where the CRM calls it a text."""
    if info.type != "text":
        return info.type
    some = {value.lower() for value in values}
    if some <= _FLAGS and len(some) > 1:
        return "flag"
    if all(_A_DATE.fullmatch(value) for value in values):
        return "date"
    if all(_A_NUMBER.fullmatch(value) for value in values):
        return "number"
    return "text"


def fetch(settings: Settings, copy: Settings, transform: Transform) -> None:
    """Fetch the values of the fields that the workspace of `copy` names, for all records, into the copy.

    Args:
        settings: whose CRMs are read.
        copy: whose warehouse gets the values.
        transform: the models with the workspace of the copy.

    Raises:
        LeadwrightError: as the connectors raise them.
    """
    for crm in settings.crms():
        connector = settings.connect(crm)
        tables = {t.name: t for t in transform.raw_tables() if t.crm == crm and t.own}
        if tables:
            backfill.fill(_source(connector, tables, copy), tables.values(), copy, (), Stops())


def _source(connector: Connector, tables: Mapping[str, RawTable], copy: Settings) -> Source:
    with warehouse.writer(copy.warehouse_file, copy.lock_wait_seconds) as db:
        return Source(connector, tables, kept_out=forgotten.kept_out(db, connector.name))
