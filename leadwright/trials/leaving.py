"""Who would take over which leads, while somebody is away or once he has left.

Tried in a copy of the warehouse, as of the first day of the leave or of the last run, whichever is later: what is shown
is what dbt decides with the row in the file.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.explain.earlier import last_run_at
from leadwright.rules import leaves
from leadwright.rules.files import RuleFile
from leadwright.rules.leaves import Leave
from leadwright.settings import Settings
from leadwright.transform.preview import trial
from leadwright.transform.project import Transform
from leadwright.trials import sets

_REP = warehouse.statement(__file__, "leaving_rep")
_MOVED = warehouse.statement(__file__, "leaving_moved")
_STAYS = warehouse.statement(__file__, "leaving_stays")
_TABLES = (leaves.TABLE, "routing_policies")
_CHANGED = (*_TABLES, "int_routing__earlier_decisions")
_MART = "fct_lead_assignments"
_NOON = time(12, tzinfo=UTC)  # the same day by nearly every clock


@dataclass(frozen=True, slots=True)
class Rep:
    """Somebody who works in a CRM."""

    rep_id: str
    full_name: str
    email: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Handover:
    """What a leave would do.

    Attributes:
        as_of: the moment that it was tried for.
        takers: who takes over -> how many leads.
        leads: those that are handed over, the best first: who they are, grade, owner and reason.
        staying: how many open leads stay with who is away.
    """

    as_of: datetime
    takers: dict[str, int]
    leads: list[dict[str, Any]]
    staying: int


def find(who: str, config: Settings) -> Rep:
    """The rep whose address or whole name is `who`, by the last published run.

    Raises:
        ConfigError: nobody in the CRMs is called so, or several are, or he has no address that a rule could name.
    """
    with warehouse.reader(config.serving_file) as db:
        found = [Rep(**row) for row in warehouse.rows(db, _REP, {"who": who.strip().lower()})]
    if len(found) != 1:
        are = "Several users of the CRMs are" if found else "No user of a CRM is"
        raise ConfigError(f"{are} called {who!r}. Give the address that he has in the CRM.")
    if not found[0].email:
        raise ConfigError(f"The CRMs show no address of {who!r}, and rules name people by theirs.")
    return found[0]


def checked(leave: Leave, config: Settings, transform: Transform) -> str:
    """The text of the workspace's rep_leaves.csv with a row for `leave`.

    Raises:
        ConfigError: with it the rules would have faults, such as two leaves at the same time; every one is named.
    """
    with tempfile.TemporaryDirectory(prefix="leadwright-leave-") as folder:
        return _laid_out(leave, config, transform, Path(folder) / "rules")


def preview(leave: Leave, rep: Rep, config: Settings) -> Handover:
    """What `leave` of `rep` would do; neither the workspace nor the warehouse is changed.

    Raises:
        ConfigError: as `checked`; or nothing has been run yet.
    """
    with trial(config) as side, tempfile.TemporaryDirectory(prefix="leadwright-leave-") as folder:
        transform = Transform(config)  # in the own home, where dbt keeps what it has parsed
        rules = Path(folder) / "rules"
        _laid_out(leave, config, transform, rules)
        as_of = max(last_run_at(side), datetime.combine(leave.first_on, _NOON))
        select = " ".join([*_TABLES, *(f"{each}+,+{_MART}" for each in _CHANGED)])
        sets.of(rules, side, transform).build(select=select, as_of=as_of, tests=False)
        with warehouse.writer(side.warehouse_file, side.lock_wait_seconds) as db:
            moved = warehouse.rows(db, _MOVED, {"rep_id": rep.rep_id})
            staying = warehouse.rows(db, _STAYS, {"rep_id": rep.rep_id})[0]["lead_count"]
    takers = Counter(row["owner_name"] for row in moved)
    return Handover(as_of, dict(takers.most_common()), moved, int(staying))


def table(transform: Transform) -> RuleFile:
    """The table of leaves as it counts now."""
    return next(file for file in transform.rule_files() if file.name == leaves.TABLE)


def _laid_out(leave: Leave, config: Settings, transform: Transform, folder: Path) -> str:
    """Put the workspace's rules with a row for `leave` into `folder`; the text of the file with the row."""
    text = leaves.with_row(table(transform), leave)
    sets.checked(leaves.TABLE, text, config, transform, folder, told="this leave")
    return text
