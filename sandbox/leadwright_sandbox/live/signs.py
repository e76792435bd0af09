"""Reads from the CRMs what others wrote there: owners, and the grade, score and due time that reps go by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.live.cases import Card
from leadwright_sandbox.population.model import Rep
from leadwright_sandbox.population.team_rows import QUEUE_ID, owner_id, user_id
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.store import Store, quoted

# (owner, grade, score, due time) as each CRM spells them
HUBSPOT_FIELDS = (
    "hubspot_owner_id", "leadwright_grade", "leadwright_score", "leadwright_sla_due_at",
)  # fmt: skip
SALESFORCE_FIELDS = ("OwnerId", "Leadwright_Grade__c", "Leadwright_Score__c", "Leadwright_SLA_Due_At__c")


def number_in(value: Any) -> float | None:
    """A number as a CRM stores it; None where there is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def moment_in(value: Any) -> int | None:
    """A moment as a CRM stores it, in seconds; None where there is none."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


class Signs:
    """Keeps cards as the CRMs show them; asks them again only if something was written."""

    def __init__(self, hubspot: HubSpot, salesforce: Salesforce, team: Iterable[Rep]) -> None:
        self._hubspot = hubspot
        self._stores = {"hubspot": hubspot.store, "salesforce": salesforce.org.store}
        self._cards: dict[str, dict[str, Card]] = {"hubspot": {}, "salesforce": {}}
        self._seen = {"hubspot": -1, "salesforce": -1}
        working = [rep for rep in team if rep.left_at is None]
        self._reps = {owner_id(rep): rep for rep in working} | {user_id(rep): rep for rep in working}

    def watch(self, card: Card) -> None:
        """Keep `card` up to date from now on."""
        self._cards[card.crm][card.id] = card

    def move(self, card: Card, record_id: str) -> None:
        """From now on the card is that of another record: its own was merged."""
        del self._cards[card.crm][card.id]
        card.id = record_id
        self.watch(card)

    def settle(self) -> None:
        """All that was written so far is known: the live sandbox wrote it itself."""
        self._seen = {crm: store.db.total_changes for crm, store in self._stores.items()}

    def read(self) -> list[Card]:
        """Bring all cards up to date; return those that changed."""
        changed: list[Card] = []
        for crm, store in self._stores.items():
            if store.db.total_changes != self._seen[crm]:
                changed += self._read(crm, store)
        self.settle()
        return changed

    def _read(self, crm: str, store: Store) -> list[Card]:
        table, key, gone, fields = (
            ("contacts", "hs_object_id", "_archived", HUBSPOT_FIELDS)
            if crm == "hubspot"
            else ("sf_Lead", "Id", '"IsDeleted" or "IsConverted"', SALESFORCE_FIELDS)
        )
        there = set(store.columns(table))
        columns = ", ".join(quoted(name) if name in there else "null" for name in fields)
        found = {
            row[0]: row[1:]
            for row in store.db.execute(f"select {quoted(key)}, {columns} from {table} where not ({gone})")
        }
        return [card for card in list(self._cards[crm].values()) if self._update(card, found)]

    def _follow_merge(self, card: Card) -> None:
        """Where somebody merged the contact: the first card of it that is asked for gets the new one."""
        contacts = self._hubspot.object_type("contacts")
        there = self._hubspot.records.get(contacts, card.id, ["hs_object_id"])
        if there is not None and there.id not in self._cards[card.crm]:
            self.move(card, there.id)

    def _update(self, card: Card, found: Mapping[str, tuple[Any, ...]]) -> bool:
        before = (card.owner, card.owned, card.grade, card.score, card.due, card.gone)
        if card.crm == "hubspot" and card.id not in found:
            self._follow_merge(card)
        values = found.get(card.id)
        card.gone = values is None
        if values is not None:
            owner, grade, score, due = values
            card.owned = bool(owner) and owner != QUEUE_ID
            card.owner = self._reps.get(owner)
            card.grade, card.score, card.due = str(grade or "").lower(), number_in(score), moment_in(due)
        return before != (card.owner, card.owned, card.grade, card.score, card.due, card.gone)
