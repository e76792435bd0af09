"""Who somebody is to the warehouse: the records of one lead in all CRMs, and what is there because of him alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.explain import now
from leadwright.operate import erasure
from leadwright.settings import Settings

_RECORDS = warehouse.statement(__file__, "person_records")
_ACTIVITIES = warehouse.statement(__file__, "person_activities")
_DOMAINS = warehouse.statement(__file__, "person_domains")
_ACCOUNTS = warehouse.statement(__file__, "person_accounts")
_ADDRESSES = warehouse.statement(__file__, "person_addresses")

_NEEDED = (("marts", "dim_crm_records"), ("memory", "log_identity_decisions"), ("unified", "unified_people"))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was found.

    Attributes:
        lead_id: the lead that he is.
        records: his records: crm, object, record_id, known_since.
        addresses: his e-mail addresses in small letters, as the CRMs show them and as people are compared by.
    """

    lead_id: str
    records: Sequence[dict[str, Any]]
    addresses: frozenset[str]

    @property
    def counts(self) -> Counter[str]:
        """CRM object, as `hubspot.contacts` -> how many records of his it has."""
        return Counter(f"{record['crm']}.{record['object']}" for record in self.records)


@contextmanager
def found(key: str, settings: Settings) -> Iterator[tuple[warehouse.Connection, Person]]:
    """The person that `key` names, and a connection whose temporary tables say who that is; see `places`.

    Args:
        key: e-mail address of any of his records, lead id (an earlier one too), or a CRM's record id.
        settings: say where the warehouse is.

    Raises:
        ConfigError: nothing was built yet, nobody has that key, or several have it.
        LockedError: another process kept writing the warehouse.
    """
    nothing = f"Nothing was built in {settings.home} yet, or by an older version. Run `leadwright run` first."
    if not settings.warehouse_file.exists():
        raise ConfigError(nothing)
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        if not all(warehouse.columns(db, *table) for table in _NEEDED):
            raise ConfigError(nothing)
        lead_id = now.find(key, db, with_deleted=True)
        db.execute(_RECORDS, {"lead_id": lead_id})
        erasure.choose_leads(db)
        for widen in (_ACTIVITIES, _DOMAINS, _ACCOUNTS):
            db.execute(widen)
        records = warehouse.rows(
            db,
            "select crm, object, record_id, known_since from gone order by known_since, crm, object, record_id",
        )
        addresses = frozenset(text for (text,) in db.execute(_ADDRESSES).fetchall())
        yield db, Person(lead_id, records, addresses)
