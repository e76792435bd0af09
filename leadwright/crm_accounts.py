"""The CRM accounts that there can be, and how their settings are called.

One account of a system has the system's name; further ones are rows of `crm_systems.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from leadwright import connectors

PREFIX = "LEADWRIGHT_"
"""How the names of all our settings begin."""

_SYSTEMS = "crm_systems.csv"


def known(own: Path, shipped: Path) -> dict[str, str]:
    """Name of each account -> its system, in the order of the names; `rules` says what is wrong in the table.

    Args:
        own: the folder whose tables count.
        shipped: the tables that come with Leadwright.
    """
    systems = connectors.available()
    listed = {crm: system for crm, system in _listed(own, shipped) if system in systems}
    return dict(sorted({**listed, **{system: system for system in systems}}.items()))


def setting_names(crm: str, system: str) -> dict[str, str]:
    """Field of a system's `Credentials` -> the environment variable that sets it for the account `crm`."""
    return {
        field: f"{PREFIX}{crm}_{field}".upper() for field in connectors.load(system).Credentials.model_fields
    }


def _listed(own: Path, shipped: Path) -> Iterable[tuple[str, str]]:
    """Account and system of each row of `crm_systems.csv` that has both; rows of a company's own come last."""
    whole = own / "rules" if (own / "rules" / _SYSTEMS).exists() else shipped / "reference"
    for folder in (whole, own / "reference"):
        with (
            suppress(OSError, UnicodeDecodeError, csv.Error),
            (folder / _SYSTEMS).open(encoding="utf-8-sig", newline="") as rows,
        ):
            for row in csv.DictReader(rows):
                crm, system = (row.get("crm") or "").strip(), (row.get("system") or "").strip()
                if crm and system:
                    yield crm, system
