"""What writing a score to contacts of HubSpot costs and leaves wrong, beside drt, under HubSpot's real limits.

    make .venv-readers/.installed
    python tests/benchmarks/bench_write.py [CONTACTS]

Both send the same scores to contacts that exist, to a sandbox of their own with the same faults: of the write calls
some are refused by an outage and of others the answer is cut off. What counts is what the portal shows afterwards.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from leadwright import connectors
from leadwright.connectors.base import Change, FieldSpec

ROOT = Path(__file__).resolve().parents[2]
DRT = ROOT / ".venv-readers" / "bin" / "drt"
FIELD, OWNER = "leadwright_score", "hubspot_owner_id"
WRITES = r"/objects/(?:\d{4}-\d{2}/)?contacts(?:/|$)"
FAULTS = (
    {
        "crm": "hubspot",
        "kind": "status",
        "status": 502,
        "path": WRITES,
        "times": None,
        "share": 0.02,
        "seed": 1,
    },
    {"crm": "hubspot", "kind": "cut", "path": WRITES, "times": None, "share": 0.02, "seed": 2},
)
Wanted = Mapping[str, tuple[str, int]]
"""E-mail address -> record id and score."""


@contextmanager
def sandbox(contacts: int) -> Iterator[dict[str, Any]]:
    """A portal with more than so many contacts, each with an address of its own."""
    folder = tempfile.mkdtemp()
    options = ["--leads", str(contacts * 2), "--seed", "5", "--control", "--proxy", "--state", folder]
    command = [
        sys.executable,
        "-m",
        "leadwright_sandbox",
        "--hubspot-port",
        "0",
        "--salesforce-port",
        "0",
        *options,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder)


def chosen(said: Mapping[str, Any], count: int) -> Wanted:
    """So many contacts, each with the score that it is to show."""
    found: dict[str, tuple[str, int]] = {}
    after = ""
    while len(found) < count:
        path = f"/crm/v3/objects/contacts?limit=100&properties=email&after={after}"
        page = httpx.get(said["url"] + path, headers=_signed(said)).json()
        for record in page["results"]:
            email = record["properties"].get("email")
            if email and "'" not in email and len(found) < count:
                found.setdefault(email.lower(), (record["id"], 1 + len(found) % 99))
        after = page["paging"]["next"]["after"]
    return found


def wrong(said: Mapping[str, Any], wanted: Wanted) -> int:
    """How many contacts do not show their score."""
    ids, shown = [record_id for record_id, _ in wanted.values()], {}
    for start in range(0, len(ids), 100):
        body = {"properties": [FIELD], "inputs": [{"id": each} for each in ids[start : start + 100]]}
        url = f"{said['url']}/crm/v3/objects/contacts/batch/read"
        for record in httpx.post(url, json=body, headers=_signed(said)).json()["results"]:
            shown[record["id"]] = record["properties"].get(FIELD)
    return sum(str(shown.get(record_id)) != str(score) for record_id, score in wanted.values())


def ours(crm: dict[str, Any], wanted: Wanted) -> dict[str, int]:
    """Write as a run does: with a look at the owner just before; what was not accepted is sent by the next run."""
    said = crm["hubspot"]
    connector = connectors.connect("hubspot", {"url": said["url"], "token": said["token"]})
    left = [Change(record_id, {FIELD: score}, {OWNER: None}) for record_id, score in wanted.values()]
    runs = 0
    while left and runs < 5:
        runs += 1
        done = {o.record_id for o in connector.push("contacts", left) if o.status == "accepted"}
        left = [change for change in left if change.record_id not in done]
    return {"runs": runs, "told as failed": len(left)}


def drt(crm: dict[str, Any], wanted: Wanted) -> dict[str, int]:
    """`drt run` of all rows, at the pace that HubSpot allows; what it said had failed is left to `drt retry`."""
    folder = Path(tempfile.mkdtemp())
    (folder / ".drt").mkdir()
    (folder / "syncs").mkdir()
    database = folder / "people.sqlite"
    with sqlite3.connect(database) as db:
        db.execute("create table people (email text, score integer)")
        db.executemany(
            "insert into people values (?, ?)", [(email, score) for email, (_, score) in wanted.items()]
        )
    source = {"local": {"type": "sqlite", "database": str(database)}}
    (folder / ".drt" / "profiles.yml").write_text(json.dumps(source))
    (folder / "drt_project.yml").write_text(json.dumps({"name": "bench", "profile": "local"}))
    sync = {
        "name": "scores",
        "model": "SELECT * FROM people",
        "destination": {
            "type": "hubspot",
            "object_type": "contacts",
            "id_property": "email",
            "properties_template": f'{{"email": "{{{{ row.email }}}}", "{FIELD}": "{{{{ row.score }}}}"}}',
            "auth": {"type": "bearer", "token_env": "HUBSPOT_TOKEN"},
        },
        "sync": {"mode": "full", "on_error": "skip", "rate_limit": {"requests_per_second": 19}},
    }
    (folder / "syncs" / "scores.yml").write_text(json.dumps(sync))
    environment = os.environ | {
        "HOME": str(folder),
        "DO_NOT_TRACK": "1",
        "HTTPS_PROXY": crm["proxy"]["url"],
        "NO_PROXY": "localhost",
        "SSL_CERT_FILE": crm["proxy"]["ca_file"],
        "HUBSPOT_TOKEN": crm["hubspot"]["token"],
    }
    done = subprocess.run(
        [DRT, "run", "--select", "scores", "--output", "json"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=3600,
    )
    shutil.rmtree(folder)
    [result] = json.loads(done.stdout)["syncs"]
    return {"runs": 1, "told as failed": int(result["rows_failed"])}


def measure(name: str, write: Callable[[dict[str, Any], Wanted], dict[str, int]], contacts: int) -> None:
    """Print what one way of writing costs, and what it leaves wrong."""
    with sandbox(contacts) as crm:
        said, control = crm["hubspot"], crm["control"]["url"]
        connector = connectors.connect("hubspot", {"url": said["url"], "token": said["token"]})
        connector.ensure_fields("contacts", [FieldSpec(FIELD, "Leadwright score", "number")])
        wanted = chosen(said, contacts)
        for fault in FAULTS:
            httpx.post(f"{control}/faults", json=fault).raise_for_status()
        httpx.delete(f"{control}/requests")
        began = time.monotonic()
        told = write(crm, wanted)
        minutes = (time.monotonic() - began) / 60
        calls = sum(httpx.get(f"{control}/requests").json()["hubspot"].values())
        httpx.delete(f"{control}/faults")
        print(
            f"{name}: {contacts:,} contacts, {calls:,} calls ({calls / contacts:.3f} a contact), "
            f"{minutes:.1f} minutes, {wrong(said, wanted)} wrong afterwards, {told}"
        )


def _signed(said: Mapping[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {said['token']}"}


if __name__ == "__main__":
    size = int(sys.argv[1]) if sys.argv[1:] else 2_000
    print(f"at most 2 * ceil(N / 100) + 10 calls: {2 * math.ceil(size / 100) + 10}")
    measure("ours", ours, size)
    measure("drt", drt, size)
