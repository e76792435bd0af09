"""Which rows of `crm_systems.csv` name an account that cannot be told from another one."""

from __future__ import annotations

from collections.abc import Iterator

from leadwright import connectors
from leadwright.crm_accounts import setting_names
from leadwright.rules.within import Finding, Rows


def faults(rows: Rows) -> Iterator[Finding]:
    """Rows of `crm_systems.csv` whose account cannot be told from another one by its name or its settings."""
    systems = connectors.available()
    taken: dict[str, str] = {}
    for line, row in rows:
        crm, system = row["crm"].strip(), row["system"].strip()
        if crm in systems and crm != system:
            yield line, "crm", f"{crm!r} is the name of a system; give the account of {system} another one"
        elif system in systems:
            shared = [n for n in setting_names(crm, system).values() if taken.setdefault(n, crm) != crm]
            if shared:
                yield (
                    line,
                    "crm",
                    f"its setting {shared[0]} is one of {taken[shared[0]]!r}, too; give it another name",
                )
