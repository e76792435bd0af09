"""How long a day of the live sandbox takes beside making its population: `make bench`.

Both run in this process, in memory, without a network; the ratio is what does not depend on the machine.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from datetime import UTC, datetime

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.live import Live
from leadwright_sandbox.population import stream
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.store import Store
from leadwright_sandbox.truth import Truth

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
DAYS = 7


def run(leads: int) -> None:
    clock = Clock(NOW, speed=0)
    hubspot, salesforce = HubSpot(Store(), clock, limits=False), Salesforce(Store(), clock, limits=False)
    truth = Truth(Store())
    start = time.process_time()
    for part in stream(7, leads, NOW):
        truth.add(part.truth)
        for name, rows in part.hubspot.items():
            hubspot.load(name, rows)
        hubspot.load_associations(part.hubspot_associations)
        for name, rows in part.salesforce.items():
            salesforce.load(name, rows)
    made = time.process_time() - start
    live = Live(7, leads, 0, clock, hubspot, salesforce, truth)
    taken_over = time.process_time() - start - made
    live.advance(DAYS * 86400)
    day = (time.process_time() - start - made - taken_over) / DAYS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{leads:,} leads: made in {made:.1f} s, taken over in {taken_over:.1f} s, a day in {day:.2f} s "
        f"({day / made:.2f} of making them), peak memory {peak:,.0f} MiB\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=2_000)
    run(parser.parse_args().leads)


if __name__ == "__main__":
    main()
