"""Which records a token's user sees: those of his team, where he does not see all."""

from __future__ import annotations

from dataclasses import dataclass

from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.store import quoted_text

OWNER = "hubspot_owner_id"


@dataclass(frozen=True, slots=True)
class Sight:
    """The records of these owners; with `unassigned` those of nobody, too."""

    owners: frozenset[str]
    unassigned: bool = False

    def of(self, kind: ObjectType, source: str) -> str:
        """What is seen of `source`, records of `kind`: SQL for a `from` clause."""
        if OWNER not in kind.properties:
            return source
        owners = ", ".join(quoted_text(owner) for owner in sorted(self.owners))
        nobody = f" or coalesce({OWNER}, '') = ''" if self.unassigned else ""
        return f"(select * from {source} where {OWNER} in ({owners}){nobody})"
