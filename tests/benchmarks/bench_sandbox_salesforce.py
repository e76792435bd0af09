"""How fast the sandbox's Salesforce loads, answers and exports: `make bench`.

The records are on disk and the calls go through the ASGI application, without a network between.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.store import Store

BASE = "/services/data/v59.0"
SOQL = "SELECT Id, Email, CreatedDate, IsConverted, SystemModstamp FROM Lead"


def timed(what: str, count: int, work: Callable[[], Any]) -> Any:
    """Run `work` and say how many rows a second it did."""
    start = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - start
    sys.stdout.write(f"{what:<28} {count:>9,} rows {seconds:8.2f} s {count / seconds:>12,.0f} rows/s\n")
    return found


def lead(number: int) -> dict[str, str]:
    person = {"LastName": f"N{number}", "Company": "C", "Email": f"l{number}@x.com"}
    return {"Id": f"00Q{number:012}AAA", "CreatedDate": "2025-01-01T00:00:00Z"} | person


def ingest(client: TestClient, count: int) -> Any:
    """What a Bulk 2.0 job says that has inserted leads."""
    body = {"object": "Lead", "operation": "insert", "lineEnding": "LF"}
    path = f"{BASE}/jobs/ingest/{client.post(f'{BASE}/jobs/ingest', json=body).json()['id']}"
    rows = "".join(f"N{number},C,n{number}@x.com\n" for number in range(count))
    client.put(f"{path}/batches", content=f"LastName,Company,Email\n{rows}".encode())
    timed("bulk ingest: insert", count, lambda: client.patch(path, json={"state": "UploadComplete"}))
    return client.get(path).json()


def run(count: int, folder: Path) -> None:
    salesforce = Salesforce(Store(folder / "salesforce.sqlite"), Clock(), limits=False)
    token = salesforce.org.sessions.open(salesforce.org.integration_user).token
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    client = TestClient(salesforce.app, base_url="https://org", headers=headers)
    timed("load", count, lambda: salesforce.load("Lead", (lead(number) for number in range(count))))
    body = {"operation": "query", "query": SOQL}
    job = timed("bulk query: snapshot", count, lambda: client.post(f"{BASE}/jobs/query", json=body)).json()[
        "id"
    ]
    page = min(count, 250_000)
    timed("bulk query: one CSV page", page, lambda: client.get(f"{BASE}/jobs/query/{job}/results"))
    timed("query: first page", 2000, lambda: client.get(f"{BASE}/query", params={"q": f"{SOQL} LIMIT 2000"}))
    records = [
        {"attributes": {"type": "Lead"}, "id": lead(number)["Id"], "Title": "x"} for number in range(200)
    ]
    timed(
        "collection update, 10 calls",
        2000,
        lambda: [client.patch(f"{BASE}/composite/sobjects", json={"records": records}) for _ in range(10)],
    )
    done = ingest(client, min(count, 20_000))
    assert (done["state"], done["numberRecordsFailed"]) == ("JobComplete", 0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"peak memory {peak:,.0f} MiB\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=200_000)
    with tempfile.TemporaryDirectory() as folder:
        run(parser.parse_args().leads, Path(folder))


if __name__ == "__main__":
    main()
