"""What a sandbox starts with: imported folders, a made population, or nothing."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from sandbox.clock import Clock
from sandbox.importer import read_folder
from sandbox.options import DEFAULT_LEADS
from sandbox.population import stream


def fill(options: Namespace, clock: Clock, crms: dict[str, Any]) -> None:
    """Fill `crms` as the options say. Every imported file is checked before the first row is loaded."""
    batches = [read_folder(folder, crms[crm]) for crm, folder in options.imports]
    for batch in batches:
        batch.load()
    imported = {crm for crm, _ in options.imports}
    leads = options.leads if options.leads is not None else 0 if imported else DEFAULT_LEADS
    _populate(options.seed, leads, clock, {crm: it for crm, it in crms.items() if crm not in imported})


def _populate(seed: int, leads: int, clock: Clock, crms: dict[str, Any]) -> None:
    """Load a population part by part, so that a large one is never in memory as a whole."""
    for part in stream(seed, leads, clock.now()):
        if "hubspot" in crms:
            for name, rows in part.hubspot.items():
                crms["hubspot"].load(name, rows)
            crms["hubspot"].load_associations(part.hubspot_associations)
        if "salesforce" in crms:
            for name, rows in part.salesforce.items():
                crms["salesforce"].load(name, rows)
