"""Forgets one person at once, because he asked for it, while the CRMs may still show him.

Only what is about him goes: what counts him among others (figures, an account's score) is right again after the next
run. The order is that of what a kill would leave: as long as the warehouse has him, the same command finds him again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.operate import erasure, person, places
from leadwright.operate.person import Person
from leadwright.pull import forgotten
from leadwright.settings import Settings
from leadwright.transform import preview, publication
from leadwright.transform.people import IdColumn

REMAINS = (
    "The CRMs still have the person: delete him there, too. Until then no pull brings these records back; "
    "a new record of his is a new lead.",
    "Backups and copies that were made before still have him. A backup that is restored over this home forgets him "
    "again; in another home he is there again.",
    "Figures, and an account that others are part of, count him until the next run.",
)
"""What forgetting somebody here cannot do."""

_NOTE_ACTIVITIES = warehouse.statement(__file__, "forgetting_note_activities")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Somebody who was forgotten.

    Attributes:
        records: CRM object -> records of his.
        rows: table of the warehouse -> rows that were taken out or, in the ledger and where others' rows named him,
            changed.
        published: the same of the published copy.
        still_naming: table -> rows about others that have an address of his in their text.
    """

    records: Counter[str]
    rows: Counter[str]
    published: Counter[str]
    still_naming: Counter[str]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "records": dict(self.records),
            "rows": dict(sorted(self.rows.items())),
            "published": dict(sorted(self.published.items())),
            "still_naming": dict(self.still_naming),
            "remains": list(REMAINS),
        }


def find(key: str, settings: Settings) -> Person:
    """The person that `key` names. Raises as `person.found`."""
    with person.found(key, settings) as (_, who):
        return who


def forget(key: str, settings: Settings, ids: Sequence[IdColumn]) -> Forgotten:
    """Take the person that `key` names out of the warehouse, the published copy and kept tracebacks.

    Args:
        key: e-mail address of any of his records, lead id, or a CRM's record id.
        settings: say where the home is.
        ids: columns that hold ids of people; see `transform.people`.

    Raises:
        ConfigError: nobody has that key, or several have it; or it is not declared where a CRM's people are.
        LockedError: a run is under way.
    """
    with warehouse.locked(settings.run_lock, settings.lock_wait_seconds, "has been running"):
        preview.sweep(settings)
        forgotten.drop_unfinished(settings)
        with person.found(key, settings) as (db, who):
            _require_declared(who, ids)
            published = _take_out_of_copy(db, settings)
            rows = _take_out(db, ids)
            left = places.still_naming(db, who.addresses)
        erasure.rewrite(settings)
        publication.publish_notes(settings.warehouse_file, settings.serving_file, settings.lock_wait_seconds)
    return Forgotten(who.counts, rows, published, left)


def _require_declared(who: Person, ids: Iterable[IdColumn]) -> None:
    """Raise ConfigError where no raw column is known to hold the ids of his records: they would stay."""
    known = {(column.crm, name) for column in ids for name in column.objects}
    for record in who.records:
        if (record["crm"], record["object"]) not in known:
            raise ConfigError(
                f"The sources of {record['crm']} do not say which column has the ids of its {record['object']}, so "
                "nothing was changed. Mark it with `names` (docs/adding-a-crm.md)."
            )


def _take_out_of_copy(db: warehouse.Connection, settings: Settings) -> Counter[str]:
    rows: Counter[str] = Counter()

    def change(catalog: str) -> None:
        rows.update(erasure.take_out(db, places.places(db, catalog=catalog), catalog))

    publication.revise(db, settings.serving_file, change)
    return rows


def _take_out(db: warehouse.Connection, ids: Sequence[IdColumn]) -> Counter[str]:
    warehouse.ensure_table(db, "ops", "erasures", erasure.COLUMNS)
    db.execute("begin")
    rows = erasure.forget(db, places.places(db, ids), keep_out=True)
    db.execute(_NOTE_ACTIVITIES)
    db.execute("commit")
    return rows
