"""How fast the sandbox's HubSpot answers: `python tests/benchmarks/bench_sandbox_hubspot.py [LEADS]`.

Limits are off. Seconds of the server's processor are shown beside the clock's, since the clock also measures
whatever else the machine is doing.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.declared_columns import declared_columns

ROOT = Path(__file__).resolve().parents[2]
PROPERTIES = ",".join(declared_columns("hubspot", "contacts"))  # as the project pulls them
CALLS = 300


class Server:
    """A running sandbox, one connection to it, and what it costs the machine."""

    def __init__(self, leads: str) -> None:
        command = [sys.executable, "-m", "leadwright_sandbox", "--leads", leads, "--no-limits"]
        started = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())["hubspot"]
        print(
            f"{leads} leads in both CRMs made, loaded and served after {time.perf_counter() - started:.1f} s"
        )
        self.connection = http.client.HTTPConnection(ready["url"].removeprefix("http://"))
        self.headers = {"Authorization": f"Bearer {ready['token']}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: object = None) -> Any:
        sent = None if body is None else json.dumps(body)
        self.connection.request(method, f"/crm/v3/objects/contacts{path}", sent, self.headers)
        return json.loads(self.connection.getresponse().read())

    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def measure(server: Server, what: str, call: Callable[[int], Any]) -> None:
    """Print calls per second of `call`, which is given its number."""
    call(0)
    processor, clock = server.processor_seconds(), time.perf_counter()
    for number in range(CALLS):
        call(number)
    processor, clock = server.processor_seconds() - processor, time.perf_counter() - clock
    print(
        f"{what:42} {CALLS / clock:8.0f}/s by the clock {CALLS / processor:8.0f}/s of the server's processor"
    )


def main(leads: str) -> None:
    """Measure the calls that readers and writers make most."""
    server = Server(leads)
    try:
        after = [""]

        def list_page(_: int, linked: str = "") -> None:
            asked = f"?limit=100&properties={PROPERTIES}&associations={linked}&after={after[0]}"
            page = server.call("GET", asked)
            after[0] = page.get("paging", {}).get("next", {}).get("after", "")

        first = [record["id"] for record in server.call("GET", "?limit=100")["results"]]
        changed = [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": "2020-01-01"}]
        search = {
            "filters": changed,
            "sorts": ["lastmodifieddate"],
            "limit": 100,
            "properties": PROPERTIES.split(","),
        }
        read = {"inputs": [{"id": record_id} for record_id in first], "properties": PROPERTIES.split(",")}
        measure(server, "list, 100 records a page", list_page)
        after[0] = ""
        measure(server, "list with the companies of each record", lambda n: list_page(n, "companies"))
        measure(
            server,
            "search, 100 records a page",
            lambda n: server.call("POST", "/search", search | {"after": n % 5 * 100}),
        )
        measure(server, "batch read, 100 records", lambda _: server.call("POST", "/batch/read", read))

        def update(number: int) -> None:
            inputs = [{"id": record_id, "properties": {"jobtitle": f"Title {number}"}} for record_id in first]
            server.call("POST", "/batch/update", {"inputs": inputs})

        measure(server, "batch update, 100 records", update)
        print(f"peak memory {server.memory_mb():.0f} MB")
    finally:
        server.process.terminate()
        server.process.wait()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "2000")
