"""How fast the sandbox's HubSpot answers: `python tests/benchmarks/bench_sandbox_hubspot.py [LEADS]`.

At first a second portal with a fifth of the leads is asked the same in turn: what is looked up by id or e-mail costs
about as much in both (1.0).

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
TURN = 30  # calls to one portal before the other has its turn


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

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()

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


def compare(large: Server, small: Server, what: str, call: Callable[[Server, int], Any]) -> None:
    """Print how many times as much of the server's processor `call` takes in the larger portal."""
    taken = dict.fromkeys((large, small), 0.0)
    for server in taken:
        call(server, 0)
    for start in range(0, CALLS, TURN):
        for server in taken:
            before = server.processor_seconds()
            for number in range(start, start + TURN):
                call(server, number)
            taken[server] += server.processor_seconds() - before
    print(f"{what:42} {taken[large] / taken[small]:8.2f} times as much in the larger portal")


def main(leads: str) -> None:
    """Measure the calls that readers and writers make most."""
    server = Server(leads)
    try:
        small = Server(str(max(int(leads) // 5, 200)))
        try:
            compare_all(server, small)
        finally:
            small.end()
        measure_all(server)
    finally:
        server.end()


def compare_all(large: Server, small: Server) -> None:
    """What is looked up, in a large and a small portal."""
    found = {
        server: server.call("GET", "?limit=100&properties=email")["results"] for server in (large, small)
    }
    ids = {server: [record["id"] for record in records] for server, records in found.items()}
    emails = {
        server: [record["properties"]["email"] for record in records if record["properties"]["email"]]
        for server, records in found.items()
    }

    def read(server: Server, _: int) -> None:
        server.call("POST", "/batch/read", {"inputs": [{"id": each} for each in ids[server]]})

    def read_by_email(server: Server, _: int) -> None:
        inputs = [{"id": email} for email in emails[server]]
        server.call("POST", "/batch/read", {"idProperty": "email", "inputs": inputs})

    def update(server: Server, number: int) -> None:
        inputs = [{"id": each, "properties": {"jobtitle": f"Title {number}"}} for each in ids[server]]
        server.call("POST", "/batch/update", {"inputs": inputs})

    def search(server: Server, _: int) -> None:
        wanted = {"propertyName": "hs_object_id", "operator": "IN", "values": ids[server]}
        server.call("POST", "/search", {"filters": [wanted], "limit": 100})

    for what, call in (
        ("batch read, 100 records", read),
        ("batch read by e-mail", read_by_email),
        ("batch update, 100 records", update),
        ("search by 100 ids", search),
    ):
        compare(large, small, what, call)


def measure_all(server: Server) -> None:
    """What one portal does in a second."""
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


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "2000")
