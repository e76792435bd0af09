"""From how many rows on is a Bulk ingest job cheaper than collections? Run it by its path.

The same rows go to one Salesforce sandbox by either way. Counted are calls, and processor seconds of the thread that
writes: the sandbox has threads of its own.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simple_salesforce import Salesforce as Sdk

from leadwright import connectors
from leadwright.connectors.base import Change, Connector, FieldSpec
from leadwright.connectors.salesforce import ingest, writing
from leadwright_sandbox.testing.org import Served, served

SIZES = (200, 1_000, 2_000, 10_000)
WAYS = {"collections": 10**9, "jobs": 1}
"""Way -> from how many changes on a job is used."""

_FIELDS = ("Leadwright_Score__c", "Leadwright_Grade__c", "Leadwright_Reasons__c")
_SPECS = [FieldSpec(_FIELDS[0], "Score", "number"), *(FieldSpec(name, name, "text") for name in _FIELDS[1:])]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The calls that are made meanwhile."""
    seen: list[str] = []
    send = Sdk._call_salesforce

    def watched(self: Sdk, method: str, url: str, **more: Any) -> Any:
        seen.append(f"{method} {url}")
        return send(self, method, url, **more)

    Sdk._call_salesforce = watched
    try:
        yield seen
    finally:
        Sdk._call_salesforce = send


def measured(connector: Connector, changes: list[Change], way: str) -> tuple[int, float]:
    """Calls and the writer's processor seconds of one way."""
    ingest.FROM, ingest.LEAST = WAYS[way], min(ingest.LEAST, WAYS[way])
    size = writing.at_a_time(len(changes))
    with counted() as calls:
        began = time.thread_time()
        for start in range(0, len(changes), size):
            for outcome in connector.push("Lead", changes[start : start + size]):
                assert outcome.status == "accepted", outcome
        return len(calls), time.thread_time() - began


def rows(ids: list[str], score: int) -> list[Change]:
    """What a first load writes of each lead, without an owner."""
    reasons = "Asked for a demo (+30); Director (+15); Software (+10); Opened 3 e-mails (+5)"
    return [Change(i, dict(zip(_FIELDS, (score, "Warm", f"{reasons} {score}"), strict=True))) for i in ids]


def filled(org: Served) -> list[str]:
    """The ids of as many leads as the largest write has."""
    ids = [f"00Q{number:012}" for number in range(max(SIZES))]
    org.salesforce.load("Lead", [{"Id": i, "LastName": "Person", "Company": "Acme"} for i in ids])
    return ids


def main() -> None:
    """Print what each way takes at each size, and the ratios."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), limits=False) as org:
        reached = {"url": org.url, "token": org.credentials["token"], "ca": str(org.ca_file)}
        connector = connectors.connect("salesforce", reached)
        ids = filled(org)
        connector.ensure_fields("Lead", _SPECS)
        score = 0
        for size in SIZES:
            took: dict[str, tuple[int, float]] = {}
            for way in WAYS:
                score += 1
                took[way] = measured(connector, rows(ids[:size], score), way)
            (calls, seconds), (job_calls, job_seconds) = took["collections"], took["jobs"]
            print(
                f"{size:>6,} rows: {calls:>4} calls and {seconds:6.2f} s in collections, {job_calls:>3} calls and "
                f"{job_seconds:6.2f} s by jobs; ratio {calls / job_calls:5.1f} of calls, "
                f"{seconds / job_seconds:4.1f} of seconds"
            )


if __name__ == "__main__":
    main()
