"""What a study found, as one value that a person or a program reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from leadwright.study.bench import Outcome
from leadwright.study.company import Owner
from leadwright.study.fields import Candidate
from leadwright.study.judging import FEWEST_OUTCOMES, Judged
from leadwright.study.jumps import Jump
from leadwright.study.words import Meaning


@dataclass(slots=True)
class Report:
    """All findings of a study.

    Attributes:
        leads: that there are; `looked_at` those whose outcome is known, `converted` of them.
        first_at, last_at: when the first and the last of those looked at came.
        not_asked: why a CRM's own fields could not be looked at; empty where they were.
        doubted: feature -> why no rule should look at it.
        grades_before, grades_after: leads by grade, by the rules that stand and by those proposed.
        files: the proposed tables that were written, as they are called in a workspace.
    """

    as_of: datetime
    leads: int
    outcome: Outcome
    outcomes: list[Outcome]
    looked_at: int
    converted: int
    first_at: datetime | None
    last_at: datetime | None
    meanings: list[Meaning]
    owners: list[Owner]
    domains: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    fills: list[dict[str, Any]]
    dates: list[str]
    own_fields: list[Candidate]
    not_asked: str
    doubted: dict[str, str]
    judged: list[Judged]
    unused: dict[str, str]
    jumps: list[Jump]
    grades_before: list[dict[str, Any]]
    grades_after: list[dict[str, Any]] | None = None
    bands: str = ""
    files: list[str] = field(default_factory=list)
    folder: Path | None = None
    accepted: bool = False

    @property
    def is_enough(self) -> bool:
        """Whether enough leads converted to say what predicts it."""
        return self.converted >= FEWEST_OUTCOMES

    @property
    def too_few(self) -> str:
        """What cannot be known, where that is so; else empty."""
        if self.is_enough:
            return ""
        return (
            f"{self.converted} outcomes: too few to tell what predicts ({FEWEST_OUTCOMES} are needed); the points of "
            "the rules stay"
        )

    def as_dict(self) -> dict[str, Any]:
        """For a program to read."""
        return {
            "as_of": self.as_of,
            "leads": self.leads,
            "outcome": {
                "outcome_id": self.outcome.outcome_id,
                "stage": self.outcome.stage,
                "horizon_days": self.outcome.horizon_days,
                "basis": self.outcome.basis,
                "looked_at": self.looked_at,
                "converted": self.converted,
                "first_at": self.first_at,
                "last_at": self.last_at,
            },
            "too_few": self.too_few or None,
            "stages": [
                {
                    "crm": m.word.crm,
                    "field": m.word.field,
                    "value": m.word.value,
                    "leads": m.word.leads,
                    "won": m.word.won,
                    "stage": m.stage,
                    "is_known": m.word.known_as is not None,
                    "because": m.because,
                }
                for m in self.meanings
            ],
            "owners": [
                {
                    "email": o.email,
                    "role": o.role,
                    "leads": o.leads,
                    "sales": o.sales,
                    "touches": o.touches,
                    "share": o.share,
                    "is_active": o.is_active,
                }
                for o in self.owners
            ],
            "own_domains": self.domains,
            "sources": self.sources,
            "features": self.fills,
            "dates": self.dates,
            "own_fields": [c.row() | {"share": c.share} for c in self.own_fields],
            "not_asked": self.not_asked or None,
            "left_out": self.doubted,
            "rules": [j.as_dict() for j in self.judged],
            "unused_rules": self.unused,
            "changes": [
                {
                    "what": j.what,
                    "month_at": j.month_at,
                    "before": j.before,
                    "after": j.after,
                    "z": j.z,
                    "said": j.said,
                }
                for j in self.jumps
            ],
            "grades_before": self.grades_before,
            "grades_after": self.grades_after,
            "files": self.files,
            "folder": str(self.folder) if self.folder else None,
            "accepted": self.accepted,
        }
