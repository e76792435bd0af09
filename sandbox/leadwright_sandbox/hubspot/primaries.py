"""Which linked record is the primary one: the company of a contact or a deal, the contact of a lead.

A record has one primary partner at most, and a contact's `associatedcompanyid` names the same company as its link.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from leadwright_sandbox.hubspot.associations import TABLE, Associations, LinkType
from leadwright_sandbox.store import Store

COMPANY = "associatedcompanyid"
_AT_ONCE = 500  # ids in one statement

Partners = dict[str, str]  # record id -> partner's id
Sorted = dict[LinkType, Partners]  # by the type of the primary link


class Primaries:
    """Stores links and keeps primary partners right with them."""

    def __init__(self, store: Store, associations: Associations) -> None:
        self._store = store
        self._associations = associations

    def link(self, links: Iterable[tuple[str, str, LinkType]]) -> None:
        """Store links (from id, to id, type).

        A primary one takes the place of the former; a record's first company becomes its primary one.
        """
        plain: list[tuple[str, str, LinkType]] = []
        named: Sorted = {}
        first: Sorted = {}
        for from_id, to_id, kind in links:
            primary = self._associations.primary_type(kind)
            turned = primary is not None and kind.from_object != primary.from_object
            holder, partner = (to_id, from_id) if turned else (from_id, to_id)
            if primary and kind.type_id == (primary.inverse if turned else primary.type_id):
                named.setdefault(primary, {})[holder] = partner
                continue
            plain.append((from_id, to_id, kind))
            if primary and primary.to_object == "companies":
                first.setdefault(primary, {}).setdefault(holder, partner)
        self._associations.link(plain)
        for primary, partners in first.items():
            there = self.of(primary, partners)
            new = {holder: partner for holder, partner in partners.items() if holder not in there}
            self.set(primary, new | self._loaded_with(primary, new))
        for primary, partners in named.items():
            self.set(primary, partners)

    def of(self, primary: LinkType, ids: Iterable[str]) -> Partners:
        """The primary partners of records."""
        return self._partners(
            f"select from_id, to_id from {TABLE} where from_object = ? and to_object = ? and type_id = ? and from_id",
            (primary.from_object, primary.to_object, primary.type_id),
            ids,
        )

    def _loaded_with(self, primary: LinkType, ids: Iterable[str]) -> Partners:
        """The companies that contacts were loaded with, where they are linked to them."""
        if primary.from_object != "contacts":
            return {}
        return self._partners(
            f"select hs_object_id, {COMPANY} from contacts join {TABLE} on from_object = 'contacts' "
            f"and from_id = hs_object_id and to_object = 'companies' and to_id = {COMPANY} where hs_object_id",
            (),
            ids,
        )

    def _partners(self, sql: str, parameters: tuple[object, ...], ids: Iterable[str]) -> Partners:
        found: Partners = {}
        for some in _some(ids):
            marks = ", ".join("?" * len(some))
            rows = self._store.db.execute(f"{sql} in ({marks})", (*parameters, *some))
            found |= {row[0]: row[1] for row in rows}
        return found

    def set(self, primary: LinkType, partners: Mapping[str, str]) -> None:
        """Make `partners` the primary ones of their records; former ones become plain ones."""
        for holder, former in self.of(primary, partners).items():
            if former != partners[holder]:
                self._associations.unlink(holder, former, primary)
        self._associations.link((holder, partner, primary) for holder, partner in partners.items())
        if primary.from_object == "contacts":
            self.mirror(partners)

    def clear(self, contact: str) -> None:
        """Leave a contact without a primary company."""
        primary = self._associations.company_of_contact
        for holder, company in self.of(primary, [contact]).items():
            self._associations.unlink(holder, company, primary)
        self.mirror([contact])

    def mirror(self, contacts: Iterable[str]) -> None:
        """Show in contacts the companies that they are linked to; a calculation, which moves no date of change."""
        ids = list(contacts)
        linked = self.of(self._associations.company_of_contact, ids)
        self._store.db.executemany(
            f"update contacts set {COMPANY} = ?1 where hs_object_id = ?2 and {COMPANY} is not ?1",
            [(linked.get(contact), contact) for contact in ids],
        )

    def holders(self, company: str) -> list[str]:
        """The contacts whose primary company this is."""
        primary = self._associations.company_of_contact
        rows = self._store.db.execute(
            f"select to_id from {TABLE} where from_object = 'companies' and from_id = ? and to_object = 'contacts' "
            "and type_id = ?",
            (company, primary.inverse),
        )
        return [row[0] for row in rows]


def _some(ids: Iterable[str]) -> Iterator[list[str]]:
    listed = list(dict.fromkeys(ids))
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]
