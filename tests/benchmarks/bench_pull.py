"""What a pull costs: its calls against those that the records need, and its processor time against a bare download.

    python tests/benchmarks/bench_pull.py [LEADS]
    python tests/benchmarks/bench_pull.py --readers LEADS

First with the sandbox's default limits (calls, and how much longer than the limits demand), then without (processor
seconds of the reading process, each reader in a process of its own, side by side); with --readers the latter alone.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from leadwright import connectors, warehouse
from leadwright.connectors.hubspot import pace
from leadwright.pull import extract
from leadwright.settings import Settings
from leadwright.transform.project import Transform

ROUNDS = 3
PROPERTIES = 100  # a list of records in one call


@contextmanager
def sandbox(leads: int, *options: str) -> Iterator[dict[str, Any]]:
    folder = tempfile.mkdtemp()
    command = [
        sys.executable,
        "-m",
        "leadwright_sandbox",
        "--leads",
        str(leads),
        "--control",
        "--state",
        folder,
    ]
    ports = ["--hubspot-port", "0", "--salesforce-port", "0"]
    process = subprocess.Popen([*command, *ports, *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder)


def credentials(crm: dict[str, Any], name: str) -> dict[str, Any]:
    said = crm[name]
    own = {"url": said["url"], "token": said["token"]}
    return own if name == "hubspot" else {**own, "ca": said["ca_file"]}


def pull(crm: dict[str, Any], name: str, home: Path) -> tuple[float, int, int]:
    """Pull one CRM: seconds, calls served, rows."""
    control = f"{crm['control']['url']}/requests"
    httpx.request("DELETE", control)
    settings = Settings(home=home)
    tables = Transform(settings).raw_tables()
    began = time.monotonic()
    done = extract.pull(connectors.connect(name, credentials(crm, name)), tables, settings)
    seconds = time.monotonic() - began
    return seconds, sum(httpx.get(control).json()[name].values()), done.total


def needed(home: Path) -> int:
    """The list calls that HubSpot's records need: a hundred in each, and one for an object without any."""
    with warehouse.writer(home / "warehouse.duckdb", 10) as db:
        counts = db.execute(
            "select estimated_size from duckdb_tables() where schema_name = 'raw_hubspot' "
            "and table_name not like '%\\_to\\_%' escape '\\'"
        ).fetchall()
    return sum(max(math.ceil(count / PROPERTIES), 1) for (count,) in counts)


def limited(leads: int) -> None:
    with sandbox(leads) as crm:
        home = Path(tempfile.mkdtemp())
        said = crm["hubspot"]
        url, signed = f"{said['url']}/crm/v3/owners?limit=1", {"Authorization": f"Bearer {said['token']}"}
        answer = httpx.get(url, headers=signed)
        most = int(answer.headers["X-HubSpot-RateLimit-Max"])
        for name in ("hubspot", "salesforce"):
            seconds, calls, rows = pull(crm, name, home)
            print(f"first pull, {name}: {rows:,} rows, {calls:,} calls, {seconds:,.0f} s")
            if name == "hubspot":
                least = needed(home)
                print(f"  calls against those the records need ({least:,}): {calls / least:.3f}")
                print(
                    f"  seconds against those of the limit ({most} in 10 s): {seconds / (calls / most * 10):.3f}"
                )
            seconds, calls, rows = pull(crm, name, home)
            print(f"unchanged, {name}: {rows:,} rows, {calls:,} calls, {seconds:,.1f} s")
        change(crm, home, 100)
        seconds, calls, rows = pull(crm, "hubspot", home)
        print(f"100 changed, hubspot: {rows:,} rows, {calls:,} calls, {seconds:,.1f} s")
        shutil.rmtree(home)


def change(crm: dict[str, Any], home: Path, count: int) -> None:
    with warehouse.writer(home / "warehouse.duckdb", 10) as db:
        ids = db.execute(
            f"select hs_object_id from raw_hubspot.contacts where archived <> 'true' limit {count}"
        ).fetchall()
    body = {"inputs": [{"id": i, "properties": {"jobtitle": "Changed"}} for (i,) in ids]}
    said = crm["hubspot"]
    url = f"{said['url']}/crm/v3/objects/contacts/batch/update"
    httpx.post(url, json=body, headers={"Authorization": f"Bearer {said['token']}"}).raise_for_status()


def measured(mode: str, name: str, crm: dict[str, Any]) -> tuple[float, float, int]:
    """Processor and wall seconds, and rows, of one reader in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, mode, name, json.dumps(crm)], capture_output=True, text=True, check=True
    )
    said = json.loads(done.stdout.strip().splitlines()[-1])
    return said["cpu"], said["wall"], said["rows"]


def reader(mode: str, name: str, crm: dict[str, Any]) -> None:
    """Read contacts or leads in this process, and say what it cost; imports and sign-in are not counted."""
    home = Path(tempfile.mkdtemp())
    object_name = "contacts" if name == "hubspot" else "Lead"
    settings = Settings(home=home)
    table = next(t for t in Transform(settings).raw_tables() if (t.crm, t.name) == (name, object_name))
    own = {"hs_object_id", "archived", "archived_at", "lastmodifieddate", "Id", "SystemModstamp"}
    fields = [column for column, _ in table.columns if column not in own]
    work = {"ours": _ours, "bare": _bare, "dlt": _dlt, "sdk": _sdk}[mode]
    run = work(name, crm, table, fields, settings)
    cpu, wall = time.process_time(), time.monotonic()
    rows = run()
    said = {"cpu": time.process_time() - cpu, "wall": time.monotonic() - wall, "rows": rows}
    print(json.dumps(said))
    shutil.rmtree(home)


def _ours(name: str, crm: dict[str, Any], table: Any, fields: list[str], settings: Settings) -> Any:
    connector = connectors.connect(name, credentials(crm, name))
    connector.account()
    if name == "hubspot":  # no answer tells that there are no limits
        own = pace.of(crm[name]["url"], crm[name]["token"])
        own.calls.most = own.searches.most = 10**6
    return lambda: extract.pull(connector, [table], settings).rows[table.name]


def _bare(name: str, crm: dict[str, Any], table: Any, fields: list[str], settings: Settings) -> Any:
    """A download that keeps nothing but the place of the next page."""
    said = crm[name]
    headers = {"Authorization": f"Bearer {said['token']}", "Accept-Encoding": "gzip"}
    client = httpx.Client(headers=headers, verify=said.get("ca_file", True), timeout=120)

    def hubspot() -> int:
        rows, after = 0, ""
        while True:
            url = (
                f"{said['url']}/crm/v3/objects/contacts?limit=100&properties={','.join(fields)}&after={after}"
            )
            page = client.get(url).json()
            rows += len(page["results"])
            after = page.get("paging", {}).get("next", {}).get("after", "")
            if not after:
                return rows

    def salesforce() -> int:
        base = f"{said['url']}/services/data/v62.0/jobs/query"
        there = {
            f["name"]
            for f in client.get(f"{said['url']}/services/data/v62.0/sobjects/Lead/describe").json()["fields"]
        }
        query = f"SELECT Id, {', '.join(f for f in fields if f in there)} FROM Lead"
        job = client.post(base, json={"operation": "queryAll", "query": query}).json()["id"]
        while client.get(f"{base}/{job}").json()["state"] != "JobComplete":
            time.sleep(0.1)
        rows, locator = 0, ""
        while True:
            place = {"locator": locator} if locator else {}
            answer = client.get(f"{base}/{job}/results", params={"maxRecords": 50_000, **place})
            rows += int(answer.headers["Sforce-NumberOfRecords"])
            locator = answer.headers["Sforce-Locator"]
            if locator == "null":
                return rows

    return hubspot if name == "hubspot" else salesforce


def _dlt(name: str, crm: dict[str, Any], table: Any, fields: list[str], settings: Settings) -> Any:
    """dlt's REST source, Parquet, the table replaced; HubSpot alone, since it has no Bulk API for Salesforce."""
    import dlt
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator
    from dlt.sources.rest_api import rest_api_source

    said = crm[name]
    source = rest_api_source(
        {
            "client": {
                "base_url": f"{said['url']}/crm/v3/objects/",
                "auth": {"type": "bearer", "token": said["token"]},
                "paginator": JSONResponseCursorPaginator("paging.next.after", "after"),
            },
            "resources": [
                {
                    "name": "contacts",
                    "write_disposition": "replace",
                    "endpoint": {
                        "path": "contacts",
                        "params": {"limit": 100, "properties": ",".join(fields)},
                        "data_selector": "results",
                    },
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        "bench",
        destination=dlt.destinations.duckdb(str(settings.home / "dlt.duckdb")),
        dataset_name="raw",
        pipelines_dir=str(settings.home / "dlt"),
    )

    def run() -> int:
        pipeline.run(source, loader_file_format="parquet")
        return int(pipeline.last_trace.last_normalize_info.row_counts["contacts"])

    return run


def _sdk(name: str, crm: dict[str, Any], table: Any, fields: list[str], settings: Settings) -> Any:
    """The services' usual clients as their pages say: HubSpot's own SDK, and simple-salesforce with pandas.

    Rows end in a data frame and from there in DuckDB.
    """
    import pandas as pd

    said, frame = crm[name], pd.DataFrame()

    def keep() -> int:
        with warehouse.writer(settings.warehouse_file, 10) as db:
            db.register("frame", frame)
            db.execute("create or replace table kept as from frame")
        return len(frame)

    def hubspot() -> int:
        nonlocal frame
        from hubspot import Client

        api = Client.create(access_token=said["token"]).crm.contacts.basic_api
        api.api_client.configuration.host = said["url"]
        records, after = [], None
        while True:
            page = api.get_page(limit=100, properties=fields, after=after)
            records += [record.properties for record in page.results]
            after = page.paging.next.after if page.paging else None
            if not after:
                break
        frame = pd.DataFrame(records, dtype="str")
        return keep()

    def salesforce() -> int:
        nonlocal frame
        import io

        import requests
        from simple_salesforce import Salesforce

        session = requests.Session()
        session.trust_env = False  # an authority that the environment names would win
        session.verify = said["ca_file"]
        org = Salesforce(instance_url=said["url"], session_id=said["token"], session=session, version="62.0")
        there = {each["name"] for each in org.Lead.describe()["fields"]}
        query = f"SELECT Id, {', '.join(each for each in fields if each in there)} FROM Lead"
        pages = [pd.read_csv(io.StringIO(page), dtype="str") for page in org.bulk2.Lead.query(query)]
        frame = pd.concat(pages)
        return keep()

    return hubspot if name == "hubspot" else salesforce


def unlimited(leads: int) -> None:
    with sandbox(leads, "--no-limits") as crm:
        for name, others in (("hubspot", ["bare", "dlt", "sdk"]), ("salesforce", ["bare", "sdk"])):
            costs: dict[str, list[tuple[float, float]]] = {}
            for _ in range(ROUNDS):
                for mode in ("ours", *others):
                    cpu, wall, rows = measured(mode, name, crm)
                    costs.setdefault(mode, []).append((cpu / rows * 1e6, wall / rows * 1e6))
            best = {mode: min(cpu for cpu, _ in found) for mode, found in costs.items()}
            walls = {mode: min(wall for _, wall in found) for mode, found in costs.items()}
            for mode in costs:
                print(
                    f"{name}, {mode}: {best[mode]:.1f} µs of processor and {walls[mode]:.1f} µs of wall a row"
                )
            print(f"  bare download against ours: {best['bare'] / best['ours']:.2f} (1 would be as fast)")
            for mode, called in (("dlt", "dlt's REST source"), ("sdk", "the usual client with pandas")):
                if mode in best:
                    print(f"  {called} against ours: {best[mode] / best['ours']:.1f} times")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--readers"]:
        unlimited(int(sys.argv[2]))
    elif sys.argv[1:2] and not sys.argv[1].isdigit():
        reader(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
    else:
        size = int(sys.argv[1]) if sys.argv[1:] else 100_000
        limited(size)
        unlimited(size)
