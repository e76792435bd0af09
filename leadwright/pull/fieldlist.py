"""Which fields a CRM has, how full they are and what stands in them, so that a person can choose what rules look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from leadwright.connectors.base import Connector, Describable
from leadwright.connectors.errors import ConfigError

SAMPLE = 1_000
"""So many records are looked at."""

_COMMONEST = 10
_LONGEST = 40
# Who a person is, not what kind of lead: values of these are shown to nobody.
_PERSONAL = ("email", "phone", "name", "address", "street", "fax", "mobile", "birth")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object.

    Attributes:
        share: how many of the records that were looked at have a value, 0 to 1; None where there were none.
        commonest: the commonest values with their counts; empty for fields that tell who a person is, and where nearly
            every record has another value.
        use: how rules know it already: `pulled` or `fields.csv`; empty where they do not.
    """

    name: str
    label: str
    type: str
    is_custom: bool
    share: float | None
    commonest: tuple[tuple[str, int], ...]
    use: str


def survey(
    connector: Connector,
    object_name: str,
    pulled: Collection[str],
    own: Collection[str],
    sample: int = SAMPLE,
) -> list[Field]:
    """The fields of an object: the company's own first, then the fullest.

    Args:
        connector: the CRM.
        object_name: as the CRM names it.
        pulled: fields that Leadwright pulls by itself.
        own: fields of `fields.csv`.
        sample: how many records to look at.

    Raises:
        ConfigError: this connector cannot list fields.
    """
    if not isinstance(connector, Describable):
        raise ConfigError(f"The connector for {connector.name} cannot list fields.")
    infos = connector.fields(object_name)
    rows = connector.sample(object_name, [info.name for info in infos], sample)
    found = []
    for info in infos:
        values = [value for row in rows if (value := (row.get(info.name) or "").strip())]
        found.append(
            Field(
                info.name,
                info.label,
                info.type,
                info.is_custom,
                len(values) / len(rows) if rows else None,
                _commonest(info.name, values),
                "fields.csv" if info.name in own else "pulled" if info.name in pulled else "",
            )
        )
    return sorted(found, key=lambda field: (not field.is_custom, -(field.share or 0), field.name))


def _commonest(name: str, values: list[str]) -> tuple[tuple[str, int], ...]:
    counted = Counter(values)
    if is_personal(name) or (len(values) >= 20 and len(counted) > 0.9 * len(values)):
        return ()
    return tuple((value[:_LONGEST], count) for value, count in counted.most_common(_COMMONEST))


def is_personal(name: str) -> bool:
    """Whether a field, by its name, tells who a person is, so that its values are shown to nobody."""
    return any(word in name.lower() for word in _PERSONAL)
