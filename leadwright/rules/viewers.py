"""Who may look at the dashboards, and how much of them: rows of viewers.csv.

They are read from the file and not from the warehouse: whoever is taken out sees nothing from then on, without a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast, get_args

from leadwright.connectors.errors import ConfigError
from leadwright.rules import book, files
from leadwright.rules.cells import Column
from leadwright.rules.files import RuleFile

TABLE = "viewers"

Role = Literal["admin", "manager", "analyst", "rep"]
"""How much somebody sees: everything; all but what waits for approval; figures without leads; his own leads."""

_COLUMNS = ("email_pattern", "role", "reason")


def roles(folder: Path) -> dict[str, Role]:
    """The role of each address pattern, in lower case; empty where nobody is named.

    Args:
        folder: whose tables count.

    Raises:
        ConfigError: the table cannot be read, or a role in it does not exist: then nobody is let in by mistake.
    """
    found: dict[str, Role] = {}
    for path in (folder / where / f"{TABLE}.csv" for where in (book.WHOLE, book.ADDED)):
        if path.exists():
            found |= _read(RuleFile(TABLE, path, [Column(name, "string") for name in _COLUMNS]))
    return found


def role_of(email: str, named: Mapping[str, Role]) -> Role | None:
    """The role of `email` by its whole address, else by its domain (`*@acme.com`), else by `*`; None without any."""
    address = email.strip().lower()
    patterns = (address, f"*@{address.rpartition('@')[2]}", "*")
    return next((named[pattern] for pattern in patterns if pattern in named), None)


def _read(file: RuleFile) -> dict[str, Role]:
    faults = list(files.read(file))
    faults += [
        file.fault(line, "role", f"{row['role']!r} is not a role; one of: {', '.join(get_args(Role))}")
        for line, row in file.whole_rows
        if row["role"].strip() not in get_args(Role)
    ]
    if faults:
        raise ConfigError(f"Nobody can be let in, because of a fault: {faults[0]}.")
    return {
        row["email_pattern"].strip().lower(): cast("Role", row["role"].strip()) for _, row in file.whole_rows
    }
