"""The sandbox with a million leads and twenty million engagements, served from disk: `make bench`.

Prints how long they take to make, what disk and memory they need, and how fast HubSpot lists and Salesforce exports
then are, over the network protocols and with limits off; fails where a target is missed. `--leads` makes it smaller.
Rates are judged by the server's processor, since the clock also measures what else the machine does. Memory is the
resident memory of all its processes together, without the system's cache of its files.
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

from tests.declared_columns import declared_columns

ROOT = Path(__file__).resolve().parents[2]
MAILINGS = 16  # with what the population does by itself, twenty engagements a lead
PAGES = 1000  # in a row, from three places
PAGES_A_SECOND, ROWS_A_SECOND = 300, 100_000
MEMORY = 4096  # MiB
MADE_MS = 1800  # a million leads in half an hour
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


class Targets:
    """What was promised, beside what was measured."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def most(self, what: str, found: float, most: float, unit: str) -> None:
        """`found` has to be `most` at the most."""
        self._judge(what, found, f"{unit}; at most {most:,.0f}", found <= most)

    def rate(self, what: str, count: int, unit: str, clock: Clock, least: float) -> None:
        """So many since the clock's last lap, of which the server's processor has to do `least` in a second."""
        wall, processor = clock.lap()
        by_clock = (
            f"{unit}/s of the server's processor, {count / wall:,.0f} by the clock; at least {least:,.0f}"
        )
        self._judge(what, count / processor, by_clock, count / processor >= least)

    def _judge(self, what: str, found: float, text: str, is_met: bool) -> None:
        say(what, f"{found:10,.0f} {text}" + ("" if is_met else "  MISSED"))
        if not is_met:
            self.missed.append(what)


def hubspot(ready: dict[str, Any], clock: Clock, targets: Targets) -> None:
    """Count the records and list contacts and emails as the project pulls them.

    With the standard library's client: httpx takes longer to ask for a page than the sandbox takes to answer.
    """
    connection = http.client.HTTPConnection(ready["url"].removeprefix("http://"), timeout=600)
    headers = {"Authorization": f"Bearer {ready['token']}", "Content-Type": "application/json"}

    def call(method: str, path: str, body: object = None) -> Any:
        sent = None if body is None else json.dumps(body)
        connection.request(method, f"/crm/v3/objects/{path}", sent, headers)
        return json.loads(connection.getresponse().read())

    def end(name: str, direction: str) -> int:
        sort = {"propertyName": "hs_object_id", "direction": direction}
        return int(call("POST", f"{name}/search", {"limit": 1, "sorts": [sort]})["results"][0]["id"])

    counts = {
        name: call("POST", f"{name}/search", {"limit": 1})["total"]
        for name in ("contacts", *HUBSPOT_ENGAGEMENTS)
    }
    say("HubSpot", ", ".join(f"{count:,} {name}" for name, count in counts.items()))
    for name, partners in (("contacts", ""), ("contacts", "companies"), ("emails", "")):
        fields = declared_columns("hubspot", name)
        asked = f"limit=100&properties={','.join(fields)}&associations={partners}"
        first, last, pages = end(name, "ASCENDING"), end(name, "DESCENDING"), 0
        clock.lap()
        for share in (0, 0.5, 0.95):  # an early page must not be quicker than a late one
            after: str | None = str(first + int(share * (last - first)))
            begun = pages
            while after is not None and pages < begun + PAGES:
                page = call("GET", f"{name}?{asked}&after={after}")
                after = page.get("paging", {}).get("next", {}).get("after")
                pages += 1
        what = f"HubSpot list of {name}, {len(fields)} properties{partners and f', {partners}'}"
        targets.rate(what, pages, "pages", clock, PAGES_A_SECOND)
    connection.close()


def salesforce(ready: dict[str, Any], clock: Clock, targets: Targets) -> None:
    """Count the records and export every task as CSV with Bulk 2.0: the job and its results."""
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
        rows, locator = 0, ""
        while locator != "null":
            with client.stream("GET", f"/jobs/query/{job}/results", params={"locator": locator}) as page:
                page.raise_for_status()
                rows += sum(chunk.count(b"\n") for chunk in page.iter_bytes()) - 1
                locator = page.headers["Sforce-Locator"]
        targets.rate("Salesforce Bulk 2.0, CSV of tasks with the job", rows, "rows", clock, ROWS_A_SECOND)


def run(leads: int, folder: Path) -> list[str]:
    """Print what was measured; the targets that were missed."""
    started, targets = time.perf_counter(), Targets()
    command = [sys.executable, "-m", "leadwright_sandbox", "--no-limits", "--state", str(folder)]
    command += ["--leads", str(leads), "--mailings", str(MAILINGS)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    family = psutil.Process(process.pid)
    memory, clock = Memory(family), Clock(family)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SystemExit("the sandbox did not start")
        _, processor = clock.lap()
        say(f"{leads:,} leads made, loaded and served after", f"{time.perf_counter() - started:10,.0f} s")
        # whoever loads waits for nobody: others make the next blocks meanwhile
        targets.most("of it the loading process, for 1,000 leads", processor / leads * 1e6, MADE_MS, "ms")
        targets.most("peak memory while they were made", memory.peak / 2**20, MEMORY, "MiB, all processes")
        say("on disk", f"{sum(f.stat().st_size for f in folder.iterdir()) / 2**20:10,.0f} MiB")
        memory.peak, ready = 0, json.loads(line)
        hubspot(ready["hubspot"], clock, targets)
        salesforce(ready["salesforce"], clock, targets)
        targets.most("peak memory while they were served", memory.peak / 2**20, MEMORY, "MiB")
        return targets.missed
    finally:
        process.terminate()
        process.wait()
        memory.end()


def main() -> None:
    """Measure; fail where a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        missed = run(parser.parse_args().leads, Path(folder))
    if missed:
        raise SystemExit(f"missed: {'; '.join(missed)}")


if __name__ == "__main__":
    main()
