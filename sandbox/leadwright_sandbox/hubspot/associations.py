"""Links between records: stored once for each direction, as HubSpot shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.store import Store

TABLE = "_associations"
DEFINED = "HUBSPOT_DEFINED"
PRIMARY = "Primary"
USER_DEFINED = "USER_DEFINED"
FIRST_LABEL_ID = 1000  # type ids of a portal's own labels start here; the standard ones are below

# (from, to) -> the two directions' type ids without a label, and those of the primary link where there is one
_PAIRS: dict[tuple[str, str], tuple[int, int, int | None, int | None]] = {
    ("contacts", "companies"): (279, 280, 1, 2),
    ("contacts", "deals"): (4, 3, None, None),
    ("contacts", "contacts"): (449, 449, None, None),
    ("companies", "companies"): (450, 450, None, None),
    ("deals", "companies"): (341, 342, 5, 6),
    ("deals", "deals"): (451, 451, None, None),
    ("calls", "contacts"): (194, 193, None, None),
    ("calls", "companies"): (182, 181, None, None),
    ("calls", "deals"): (206, 205, None, None),
    ("emails", "contacts"): (198, 197, None, None),
    ("emails", "companies"): (186, 185, None, None),
    ("emails", "deals"): (210, 209, None, None),
    ("meetings", "contacts"): (200, 199, None, None),
    ("meetings", "companies"): (188, 187, None, None),
    ("meetings", "deals"): (212, 211, None, None),
    ("notes", "contacts"): (202, 201, None, None),
    ("notes", "companies"): (190, 189, None, None),
    ("notes", "deals"): (214, 213, None, None),
    ("tasks", "contacts"): (204, 203, None, None),
    ("tasks", "companies"): (192, 191, None, None),
    ("tasks", "deals"): (216, 215, None, None),
    ("communications", "contacts"): (81, 82, None, None),
    ("communications", "companies"): (87, 88, None, None),
    ("communications", "deals"): (85, 86, None, None),
    ("tickets", "contacts"): (16, 15, None, None),
    ("tickets", "companies"): (339, 340, 26, 25),
    ("tickets", "deals"): (28, 27, None, None),
    ("calls", "tickets"): (220, 219, None, None),
    ("emails", "tickets"): (224, 223, None, None),
    ("meetings", "tickets"): (226, 225, None, None),
    ("notes", "tickets"): (228, 227, None, None),
    ("tasks", "tickets"): (230, 229, None, None),
    ("communications", "tickets"): (84, 83, None, None),
    ("deals", "line_items"): (19, 20, None, None),
    ("quotes", "line_items"): (67, 68, None, None),
    ("quotes", "deals"): (64, 63, None, None),
    ("quotes", "contacts"): (69, 70, None, None),
    ("quotes", "companies"): (71, 72, None, None),
    ("leads", "contacts"): (608, 609, 578, 579),
    ("leads", "companies"): (610, 611, None, None),
    ("leads", "deals"): (583, 584, None, None),
    ("leads", "calls"): (596, 597, None, None),
    ("leads", "emails"): (598, 599, None, None),
    ("leads", "meetings"): (600, 601, None, None),
    ("leads", "notes"): (602, 603, None, None),
    ("leads", "tasks"): (604, 605, None, None),
    ("leads", "communications"): (606, 607, None, None),
}


@dataclass(frozen=True, slots=True)
class LinkType:
    """One kind of link in one direction; `inverse` is the type id of the way back."""

    from_object: str
    to_object: str
    type_id: int
    inverse: int
    category: str = DEFINED
    label: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link as seen from its first record."""

    from_id: str
    to_id: str
    kind: LinkType


class Associations:
    """The portal's link types and links."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._types: dict[tuple[str, str, int], LinkType] = {}
        self._defaults: dict[tuple[str, str], LinkType] = {}
        self._next_label = FIRST_LABEL_ID
        store.db.execute(
            f"create table if not exists {TABLE} (from_object text, from_id text, to_object text, to_id text, "
            "type_id integer, primary key (from_object, from_id, to_object, to_id, type_id)) without rowid"
        )
        for (one, other), (way, back, primary, primary_back) in _PAIRS.items():
            self.define(one, other, way, back)
            if primary and primary_back:
                self.define(one, other, primary, primary_back, label=PRIMARY)

    # -- types -------------------------------------------------------------------------------------------------

    def define(
        self,
        one: str,
        other: str,
        way: int,
        back: int,
        category: str = DEFINED,
        label: str | None = None,
        name: str = "",
        inverse_label: str | None = None,
    ) -> LinkType:
        """Add a link type in both directions; return the first one."""
        there = LinkType(one, other, way, back, category, label, name)
        self._types[(other, one, back)] = LinkType(
            other, one, back, way, category, inverse_label or label, name
        )
        self._types[(one, other, way)] = there
        if label is None:
            self._defaults[(one, other)] = there
            self._defaults[(other, one)] = self._types[(other, one, back)]
        return there

    def label(
        self, one: str, other: str, label: str, name: str, inverse_label: str | None = None
    ) -> tuple[LinkType, LinkType]:
        """Add a label of the portal's own; return both directions, of which the way back may be called otherwise."""
        way, back = self._next_label, self._next_label + 1
        self._next_label += 2
        there = self.define(one, other, way, back, USER_DEFINED, label, name, inverse_label)
        return there, self._types[(other, one, back)]

    def forget(self, kind: LinkType) -> None:
        """Remove a label and the links that carry it."""
        for one, other, type_id in (
            (kind.from_object, kind.to_object, kind.type_id),
            (kind.to_object, kind.from_object, kind.inverse),
        ):
            self._types.pop((one, other, type_id), None)
            self._store.db.execute(
                f"delete from {TABLE} where from_object = ? and to_object = ? and type_id = ?",
                (one, other, type_id),
            )

    def types(self, one: ObjectType, other: ObjectType) -> list[LinkType]:
        """The link types from `one` to `other`; a pair that HubSpot has no standard link for gets one."""
        found = self.labels(one, other, None)
        if any(kind.label is None for kind in found):
            return found
        return [self.default(one, other), *found]

    def labels(
        self, one: ObjectType, other: ObjectType, category: str | None = USER_DEFINED
    ) -> list[LinkType]:
        """The link types of a category (None: of any) that are defined from `one` to `other`."""
        return [
            kind
            for kind in self._types.values()
            if (kind.from_object, kind.to_object) == (one.name, other.name)
            and category in (None, kind.category)
        ]

    def default(self, one: ObjectType, other: ObjectType) -> LinkType:
        """The link type without a label."""
        known = self._defaults.get((one.name, other.name))
        if known is not None:
            return known
        way, back = self._next_label, self._next_label + 1
        self._next_label += 2
        return self.define(one.name, other.name, way, back)

    def wire_names(self, one: ObjectType, other: ObjectType) -> dict[int, str]:
        """Type id -> what record lists call such a link from `one` to `other`.

        Where a pair has a primary link, the plain one is the `unlabeled` one.
        """
        kinds = self.types(one, other)
        name = f"{one.singular}_to_{other.singular}"
        plain = f"{name}_unlabeled" if any(kind.label == PRIMARY for kind in kinds) else name
        return {
            kind.type_id: kind.name if kind.category == USER_DEFINED else name if kind.label else plain
            for kind in kinds
        }

    def find(self, one: ObjectType, other: ObjectType, type_id: int) -> LinkType | None:
        """The link type with `type_id` between the two, if there is one."""
        return self._types.get((one.name, other.name, type_id))

    def primary_type(self, kind: LinkType) -> LinkType | None:
        """The type of the primary link between the same objects as `kind`, from the object that has such a partner."""
        for one, other in ((kind.from_object, kind.to_object), (kind.to_object, kind.from_object)):
            if primary := _PAIRS.get((one, other), (0, 0, None, None))[2]:
                return self._types[one, other, primary]
        return None

    @property
    def company_of_contact(self) -> LinkType:
        """The link from a contact to its primary company."""
        return self._types["contacts", "companies", 1]

    def by_type(self, one: ObjectType, type_id: int) -> LinkType | None:
        """The link type with `type_id` from `one` to any object."""
        for kind in self._types.values():
            if (kind.from_object, kind.type_id) == (one.name, type_id):
                return kind
        return None

    def partners(self, kind: ObjectType, types: Iterable[ObjectType]) -> list[ObjectType]:
        """The objects that `kind` has link types to."""
        names = {known.to_object for known in self._types.values() if known.from_object == kind.name}
        return [other for other in types if other.name in names]

    def by_id(self, type_id: int) -> LinkType | None:
        """The link type with `type_id`, whichever objects it links."""
        return next((kind for kind in self._types.values() if kind.type_id == type_id), None)

    # -- links -------------------------------------------------------------------------------------------------

    def link(self, links: Iterable[tuple[str, str, LinkType]]) -> None:
        """Store links (from id, to id, type), each in both directions and with the plain link beside a label."""
        self._store.db.executemany(
            f"insert or ignore into {TABLE} values (?, ?, ?, ?, ?)",
            (row for from_id, to_id, kind in links for row in self._rows(from_id, to_id, kind)),
        )

    def _rows(self, from_id: str, to_id: str, kind: LinkType) -> list[tuple[str, str, str, str, int]]:
        rows = [
            (kind.from_object, from_id, kind.to_object, to_id, kind.type_id),
            (kind.to_object, to_id, kind.from_object, from_id, kind.inverse),
        ]
        pair = _PAIRS.get((kind.from_object, kind.to_object)) or _turned(kind)
        if kind.label and pair:
            rows.append((kind.from_object, from_id, kind.to_object, to_id, pair[0]))
            rows.append((kind.to_object, to_id, kind.from_object, from_id, pair[1]))
        return rows

    def unlink(self, from_id: str, to_id: str, kind: LinkType) -> None:
        """Remove one link between two records."""
        self._store.db.executemany(
            f"delete from {TABLE} where from_object = ? and from_id = ? and to_object = ? and to_id = ? "
            "and type_id = ?",
            self._rows_of_one_type(from_id, to_id, kind),
        )

    def _rows_of_one_type(
        self, from_id: str, to_id: str, kind: LinkType
    ) -> list[tuple[str, str, str, str, int]]:
        return [
            (kind.from_object, from_id, kind.to_object, to_id, kind.type_id),
            (kind.to_object, to_id, kind.from_object, from_id, kind.inverse),
        ]

    def drop_record(self, kind: ObjectType, ids: Iterable[str]) -> None:
        """Remove all links of records that are gone."""
        for record_id in ids:
            key = (kind.name, record_id)
            rows = self._store.db.execute(
                f"select to_object, to_id from {TABLE} where from_object = ? and from_id = ?", key
            ).fetchall()
            self._store.db.executemany(
                f"delete from {TABLE} where from_object = ? and from_id = ? and to_object = ? and to_id = ?",
                [(row[0], row[1], *key) for row in rows],
            )
            self._store.db.execute(f"delete from {TABLE} where from_object = ? and from_id = ?", key)

    def of(self, one: ObjectType, other: ObjectType, ids: Sequence[str]) -> dict[str, list[Link]]:
        """The links of the records `ids`, by record, ordered by the other record's id."""
        found: dict[str, list[Link]] = {}
        kinds = {kind.type_id: kind for kind in self.types(one, other)}
        for from_id, to_id, type_id in self._ordered(one, other, ids):
            found.setdefault(from_id, []).append(Link(from_id, to_id, kinds[type_id]))
        return found

    def listed(
        self, one: ObjectType, other: ObjectType, ids: Sequence[str]
    ) -> dict[str, list[dict[str, str]]]:
        """The same links as `of` gives, as lists of records show them: a page has hundreds."""
        found: dict[str, list[dict[str, str]]] = {}
        names = self.wire_names(one, other)
        for from_id, to_id, type_id in self._ordered(one, other, ids):
            found.setdefault(from_id, []).append({"id": to_id, "type": names[type_id]})
        return found

    def _ordered(
        self, one: ObjectType, other: ObjectType, ids: Sequence[str]
    ) -> Iterator[tuple[str, str, int]]:
        marks = ", ".join("?" * len(ids))
        cursor = self._store.db.cursor()
        cursor.row_factory = None
        return cursor.execute(
            f"select from_id, to_id, type_id from {TABLE} where from_object = ? and from_id in ({marks}) "
            "and to_object = ? order by from_id, length(to_id), to_id, type_id",
            (one.name, *ids, other.name),
        )

    def take(self, kind: ObjectType, record_id: str) -> list[tuple[str, LinkType]]:
        """Remove the links of a record; return them as (to id, type)."""
        rows = self._store.db.execute(
            f"select to_object, to_id, type_id from {TABLE} where from_object = ? and from_id = ?",
            (kind.name, record_id),
        ).fetchall()
        self.drop_record(kind, [record_id])
        return [(row[1], self._types[kind.name, row[0], row[2]]) for row in rows]


def _turned(kind: LinkType) -> tuple[int, int, int | None, int | None] | None:
    pair = _PAIRS.get((kind.to_object, kind.from_object))
    return (pair[1], pair[0], pair[3], pair[2]) if pair else None
