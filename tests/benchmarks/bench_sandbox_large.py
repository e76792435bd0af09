"""The sandbox with a million leads and twenty million engagements, served from disk: `make bench`.

Prints how long they take to make, what disk and memory they need, and how fast HubSpot lists and Salesforce exports
then are, over the network protocols and with limits off. `--leads` makes it smaller.
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
MAILINGS = 16  # with what the population does by itself, twenty engagements a lead
PAGES = 1000
HUBSPOT_ENGAGEMENTS = ("emails", "calls", "meetings", "notes", "tasks")
SALESFORCE_ENGAGEMENTS = ("Task", "Event", "CampaignMember")
FIELDS = "Id, WhoId, Subject, Status, ActivityDate, CreatedDate, SystemModstamp"


class Memory:
    """The largest memory of a process with its children, looked at four times a second."""

    def __init__(self, process: psutil.Process) -> None:
        self.peak = 0
        self._process = process
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def _look(self) -> None:
        while not self._over.wait(0.25):
            self.peak = max(self.peak, self._now())

    def _now(self) -> int:
        try:
            family = [self._process, *self._process.children(recursive=True)]
            return sum(int(each.memory_info().rss) for each in family)
        except psutil.NoSuchProcess:  # a child ended between the two calls
            return 0

    def end(self) -> None:
        """Stop looking."""
        self._over.set()
        self._watch.join()


def say(what: str, figure: str) -> None:
    sys.stdout.write(f"{what:<48} {figure}\n")
    sys.stdout.flush()


class Clock:
    """Seconds by the clock and of one process's processor since the last call."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.lap()

    def lap(self) -> tuple[float, float]:
        times = self._process.cpu_times()
        now = time.perf_counter(), times.user + times.system
        last, self._last = getattr(self, "_last", now), now
        return now[0] - last[0], now[1] - last[1]


def rate(what: str, count: int, unit: str, clock: Clock) -> None:
    wall, processor = clock.lap()
    say(
        what,
        f"{count / wall:10,.0f} {unit}/s by the clock, {count / processor:,.0f} of the server's processor",
    )


def hubspot(ready: dict[str, Any], clock: Clock) -> None:
    """Count the records and list the first pages of contacts and emails.

    With the standard library's client: httpx takes longer to ask for a page than the sandbox takes to answer.
    """
    connection = http.client.HTTPConnection(ready["url"].removeprefix("http://"), timeout=600)
    headers = {"Authorization": f"Bearer {ready['token']}", "Content-Type": "application/json"}

    def call(method: str, path: str, body: str | None = None) -> Any:
        connection.request(method, f"/crm/v3/objects/{path}", body, headers)
        return json.loads(connection.getresponse().read())

    counts = {
        name: call("POST", f"{name}/search", '{"limit": 1}')["total"]
        for name in ("contacts", *HUBSPOT_ENGAGEMENTS)
    }
    say("HubSpot", ", ".join(f"{count:,} {name}" for name, count in counts.items()))
    for name, fields in (("contacts", "email,lifecyclestage"), ("emails", "hs_timestamp,hs_email_subject")):
        after, pages = "", 0
        clock.lap()
        while pages < PAGES and after is not None:
            page = call("GET", f"{name}?limit=100&properties={fields}&after={after}")
            after = page.get("paging", {}).get("next", {}).get("after")
            pages += 1
        rate(f"HubSpot list of {name}", pages, "pages", clock)
    connection.close()


def salesforce(ready: dict[str, Any], clock: Clock) -> None:
    """Count the records and export every task as CSV with Bulk 2.0."""
    client = httpx.Client(
        base_url=f"{ready['url']}/services/data/v59.0",
        headers={"Authorization": f"Bearer {ready['token']}"},
        verify=ready["ca_file"],
        timeout=600,
    )
    with client:
        counts = {
            name: client.get("/query", params={"q": f"SELECT COUNT() FROM {name}"}).json()["totalSize"]
            for name in ("Lead", *SALESFORCE_ENGAGEMENTS)
        }
        say("Salesforce", ", ".join(f"{count:,} {name}" for name, count in counts.items()))
        query = {"operation": "query", "query": f"SELECT {FIELDS} FROM Task"}
        clock.lap()
        job = client.post("/jobs/query", json=query).json()["id"]
        while client.get(f"/jobs/query/{job}").json()["state"] != "JobComplete":
            time.sleep(0.2)
        wall, _ = clock.lap()
        say("Salesforce Bulk 2.0, the job", f"{wall:10.1f} s")
        rows, locator = 0, ""
        while locator != "null":
            with client.stream("GET", f"/jobs/query/{job}/results", params={"locator": locator}) as page:
                page.raise_for_status()
                rows += sum(chunk.count(b"\n") for chunk in page.iter_bytes()) - 1
                locator = page.headers["Sforce-Locator"]
        rate("Salesforce Bulk 2.0, CSV of tasks", rows, "rows", clock)


def run(leads: int, folder: Path) -> None:
    started = time.perf_counter()
    command = [sys.executable, "-m", "sandbox", "--no-limits", "--state", str(folder)]
    command += ["--leads", str(leads), "--mailings", str(MAILINGS)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    family = psutil.Process(process.pid)
    memory = Memory(family)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SystemExit("the sandbox did not start")
        say(f"{leads:,} leads made, loaded and served after", f"{time.perf_counter() - started:10.0f} s")
        say("peak memory while they were made", f"{memory.peak / 2**20:10,.0f} MiB, all processes")
        say("on disk", f"{sum(f.stat().st_size for f in folder.iterdir()) / 2**20:10,.0f} MiB")
        memory.peak = 0
        clock, ready = Clock(family), json.loads(line)
        hubspot(ready["hubspot"], clock)
        salesforce(ready["salesforce"], clock)
        say("peak memory while they were served", f"{memory.peak / 2**20:10,.0f} MiB")
    finally:
        process.terminate()
        process.wait()
        memory.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        run(parser.parse_args().leads, Path(folder))


if __name__ == "__main__":
    main()
