"""What a build of the whole dbt project costs for 100,000 leads and 2,000,000 engagements.

First everything from nothing, then again after 1% of the leads did something and changed: a whole build too, in which
only the logs add to what they have (decision 52). Prints the seconds of every model, the peak memory of the building
process, and how long the scoring models take beside one query that was written for DuckDB by hand and must give the
same fit and intent. That query starts where the scoring models do, from the joined records and not from the raw tables.
Run: python tests/benchmarks/bench_dbt.py [--leads 100000]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from leadwright import warehouse
from leadwright.settings import Settings
from leadwright.transform.project import Transform
from tests.dbt_warehouse import NOW, DbtWarehouse

MAILINGS = 16  # with what the population does by itself, twenty engagements a lead
_BY_HAND = Path(__file__).with_name("scores_by_hand.sql")
_SCORING = (
    "int_scoring__moments log_lead_trait_versions int_scoring__account_features "
    "int_scoring__signal_features int_scoring__features"
)
_SCORING += (
    " int_scoring__rule_conditions int_scoring__rule_hits int_scoring__contributions "
    "int_scoring__sums int_scoring__scores fct_lead_scores"
)
_ENGAGEMENTS = """
    select (select count(*) from raw_hubspot.emails) + (select count(*) from raw_hubspot.calls)
        + (select count(*) from raw_hubspot.meetings) + (select count(*) from raw_hubspot.tasks)
        + (select count(*) from raw_salesforce."Task") + (select count(*) from raw_salesforce."Event")
        + (select count(*) from raw_salesforce."CampaignMember")
"""


def main(leads: int) -> None:
    """Fill a warehouse, build it twice, and compare."""
    with tempfile.TemporaryDirectory(prefix="bench-dbt-") as home:
        made = DbtWarehouse(Path(home))
        started = time.perf_counter()
        made.add_population(leads, mailings=MAILINGS)
        engagements = made.rows(_ENGAGEMENTS)[0][0]
        print(f"{leads} leads, {engagements} engagements in {time.perf_counter() - started:.0f} s")
        full = build("everything from nothing", Path(home), NOW)
        compare(made, NOW, full)
        later = NOW + timedelta(hours=2)
        print(f"\n{change(made, NOW + timedelta(hours=1))} leads have changed")
        again = build("everything again", Path(home), later)
        print(f"{'':4}{again['total'] / full['total']:.2f} of the first build")
        compare(made, later, again)


def change(made: DbtWarehouse, at: datetime) -> int:
    """Let 1% of the HubSpot contacts send a form and write, and 1% of the Salesforce leads rise; how many."""
    people = [
        p
        for (p,) in made.rows(
            "select hs_object_id from raw_hubspot.contacts where hash(hs_object_id) % 100 = 7"
        )
    ]
    moment = at.isoformat()
    with warehouse.writer(made.settings.warehouse_file, 5) as db:
        db.execute("create temporary table chosen as select unnest($1) as id", [people])
        db.execute(
            "update raw_hubspot.contacts set recent_conversion_date = $1, lastmodifieddate = $1, "
            "recent_conversion_event_name = 'Demo request' where hs_object_id in (select id from chosen)",
            [moment],
        )
        risen = db.execute(
            """update raw_salesforce."Lead" set "Title" = 'Director of Sales', "SystemModstamp" = $1 """
            """where hash("Id") % 100 = 7 returning 1""",
            [moment],
        ).fetchall()
    reply = {"hs_timestamp": moment, "hs_email_direction": "INCOMING_EMAIL", "archived": "false"}
    made.add("raw_hubspot", "emails", ({"hs_object_id": f"new{p}", **reply} for p in people), moment)
    made.add(
        "raw_hubspot", "emails_to_contacts", ({"from_id": f"new{p}", "to_id": p} for p in people), moment
    )
    return len(people) + len(risen)


def build(what: str, home: Path, as_of: datetime) -> dict[str, Any]:
    """Build in a process of its own, whose memory is then the build's alone; print and return what it cost."""
    command = [sys.executable, __file__, "--build", str(home), "--as-of", as_of.isoformat()]
    cost: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    print(f"\n{what}: {cost['total']:.1f} s, {cost['peak_mb']:.0f} MB at the peak")
    for kind in ("seed", "test"):
        seconds = [taken for of_kind, taken in cost["nodes"].values() if of_kind == kind]
        print(f"{'':4}{sum(seconds):8.2f} s  {len(seconds)} {kind}s")
    models = [(taken, name) for name, (kind, taken) in cost["nodes"].items() if kind == "model"]
    print(f"{'':4}{sum(taken for taken, _ in models):8.2f} s  {len(models)} models, two at a time:")
    for taken, name in sorted(models, reverse=True):
        print(f"{'':8}{taken:8.2f} s  {name}")
    return cost


def build_here(home: Path, as_of: datetime) -> None:
    """The building process: prints what it cost as JSON."""
    started = time.perf_counter()
    nodes = Transform(Settings(home=home)).build(as_of=as_of)
    cost = {
        "total": time.perf_counter() - started,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "nodes": {node.name: (node.kind, node.seconds) for node in nodes},
    }
    print(json.dumps(cost))


def compare(made: DbtWarehouse, as_of: datetime, cost: dict[str, Any]) -> None:
    """Print the ratio to the query by hand; fail where a score differs."""
    query = _BY_HAND.read_text()
    with warehouse.writer(made.settings.warehouse_file, 5) as db:
        started = time.perf_counter()
        db.execute(f"create temporary table by_hand as {query}", {"as_of": as_of.replace(tzinfo=None)})
        by_hand = time.perf_counter() - started
        ours = "select lead_id, fit_score, intent_score from marts.fct_lead_scores"
        other = db.execute(f"({ours} except from by_hand) union all (from by_hand except {ours})").fetchall()
    if other:
        raise SystemExit(f"{len(other)} scores differ from the query by hand, first {other[0]}")
    models = sum(cost["nodes"][name][1] for name in _SCORING.split())
    ratio = models / by_hand
    print(
        f"{'':4}scoring models {models:.1f} s, one query by hand from the same joined records {by_hand:.1f} s: "
        f"{ratio:.1f} times; equal fit and intent"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--as-of", type=datetime.fromisoformat, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        build_here(options.build, options.as_of)
    else:
        main(options.leads)
