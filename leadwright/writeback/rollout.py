"""How far the roll-out is: about how many leads the CRMs are told, and how many are kept out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from leadwright import warehouse
from leadwright.formatting import count
from leadwright.settings import Settings

_GROUPS = warehouse.statement(__file__, "rollout_groups")
_MODEL = ("intermediate", "int_writing__rollout")


@dataclass(frozen=True, slots=True)
class Rollout:
    """The step of the roll-out that held when the leads were last scored.

    Attributes:
        rollout_id: as `rollout.csv` names it; None where no row holds.
        mode: `shadow`, `pilot` or `all`.
        leads: all of them.
        treated: about whom the CRMs are told.
        control: kept out to compare with.
        outside: not in the step's segment, and kept out too.
    """

    rollout_id: str | None
    mode: str
    leads: int
    treated: int
    control: int
    outside: int

    def as_dict(self) -> dict[str, Any]:
        """The step as plain values."""
        return asdict(self)

    @property
    def told(self) -> str:
        """The step in words."""
        if self.rollout_id is None:
            return f"all {count(self.leads)} leads are written; no row of rollout.csv holds"
        if self.mode == "shadow":
            return f"shadow ({self.rollout_id}): nothing is written about any of {count(self.leads)} leads"
        outside = f", {count(self.outside)} outside" if self.outside else ""
        return f"{self.mode} ({self.rollout_id}): {count(self.treated)} treated, {count(self.control)} control{outside}"


def rollout(settings: Settings) -> Rollout | None:
    """The step that held in the last build; None where that knew of none yet, or found no lead."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        if not warehouse.columns(db, *_MODEL):
            return None
        row = db.execute(_GROUPS).fetchone()
    return Rollout(*row) if row else None
