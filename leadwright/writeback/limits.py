"""How much a run may change before it stops and asks: the table `[writing]` of the workspace's `leadwright.toml`.

They are a company's decision, like its rules, and lie with these under its git; machines do not differ in them.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leadwright import workspace
from leadwright.connectors.errors import ConfigError

_TABLE = "writing"


class Limits(BaseModel):
    """The limits of one company. Shares are of all leads, or of all accounts, that have a score.

    Attributes:
        ask_before_first: ask before the first write to a CRM account.
        grades_at_most: share whose grade a run may change.
        scores_at_most: share whose score a run may change by more than `score_points`.
        score_points: changes of so many points are none to ask about.
        owners_at_most: share whose owner a run may change.
        tasks_at_most: share about which a run may make a task.
        lists_at_most: share that a run may put on lists or into campaigns, or take off.
        changed_rules_at_most: the share in place of the first three when rules changed since the last write.
        always_allowed: so many changes are no alarm, whatever their share.
        records_per_run: the most records that one run sends; the rest waits for the next. None: all.
        records_per_day: the most in any 24 hours. None: all.
        source_hours: age of a CRM's last pull from which on nothing is written.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask_before_first: bool = True
    grades_at_most: float = Field(default=0.1, ge=0, le=1)
    scores_at_most: float = Field(default=0.1, ge=0, le=1)
    score_points: int = Field(default=20, ge=0)
    owners_at_most: float = Field(default=0.05, ge=0, le=1)
    tasks_at_most: float = Field(default=0.05, ge=0, le=1)
    lists_at_most: float = Field(default=0.1, ge=0, le=1)
    changed_rules_at_most: float = Field(default=0.02, ge=0, le=1)
    always_allowed: int = Field(default=25, ge=0)
    records_per_run: int | None = Field(default=None, ge=1)
    records_per_day: int | None = Field(default=None, ge=1)
    source_hours: float = Field(default=24, gt=0)


def read(folder: Path) -> Limits:
    """The limits that a workspace sets, and the usual ones. Raises ConfigError naming what is wrong."""
    try:
        return Limits.model_validate(dict(workspace.table(folder, _TABLE)))
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
            for problem in error.errors(include_url=False)
        )
        known = ", ".join(Limits.model_fields)
        raise ConfigError(
            f"{folder / workspace.MARK}, table [{_TABLE}]: {said}. There are: {known}."
        ) from None
