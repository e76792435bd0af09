"""What a sandbox starts with: imported folders, a made population, or nothing."""

from __future__ import annotations

import os
from argparse import Namespace

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.importer import read_folder
from leadwright_sandbox.options import DEFAULT_LEADS
from leadwright_sandbox.population import stream
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.truth import Truth

MANY = 20_000  # leads from which a second process pays: its start costs a second


def fill(options: Namespace, clock: Clock, hubspot: HubSpot, salesforce: Salesforce, truth: Truth) -> int:
    """Fill both CRMs as the options say, and return how many people were made.

    Every imported file is checked before the first row is loaded.
    """
    batches = [
        read_folder(folder, hubspot if crm == "hubspot" else salesforce) for crm, folder in options.imports
    ]
    for batch in batches:
        batch.load()
    imported = {crm for crm, _ in options.imports}
    leads = options.leads if options.leads is not None else 0 if imported else DEFAULT_LEADS
    # part by part, so that a large population is never in memory as a whole
    processes = 1 if leads < MANY else os.cpu_count() or 1
    for part in stream(options.seed, leads, clock.now(), processes, options.mailings):
        truth.add(part.truth)
        if "hubspot" not in imported:
            for name, rows in part.hubspot.items():
                hubspot.load(name, rows)
            hubspot.load_associations(part.hubspot_associations)
        if "salesforce" not in imported:
            for name, rows in part.salesforce.items():
                salesforce.load(name, rows)
    return leads
