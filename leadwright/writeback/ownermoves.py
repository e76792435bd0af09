"""Who would get and lose how many leads by planned writes, from the marts and the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from leadwright import warehouse
from leadwright.settings import Settings
from leadwright.writeback.sending import Written

_MOVES = warehouse.statement(__file__, "ownermoves_moves")


@dataclass(frozen=True, slots=True)
class OwnerMove:
    """What planned writes mean for one person, counted in leads; a lead with two owners in two CRMs counts for both.

    Attributes:
        name: of the person, or `nobody`: leads of which no record shows an owner who is a person.
        is_active: has not left.
        gets_from: whose the leads are that he gets, and how many of each; `nobody` for those without an owner.
    """

    name: str
    is_active: bool
    leads_before: int
    gets: int
    loses: int
    leads_after: int
    gets_from: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The move as plain values."""
        return asdict(self)


def owner_moves(planned: Sequence[Written], settings: Settings) -> list[OwnerMove]:
    """Everybody who gets or loses leads, most first, `nobody` last; empty where no owner would change."""
    changes = [(w.crm, record, owner) for w in planned for record, owner in w.new_owners.items()]
    if not changes:
        return []
    crms, records, owners = (list(column) for column in zip(*changes, strict=True))
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        rows = warehouse.rows(db, _MOVES, {"crms": crms, "records": records, "owners": owners})
    return [OwnerMove(**{**row, "gets_from": row["gets_from"] or {}}) for row in rows]
