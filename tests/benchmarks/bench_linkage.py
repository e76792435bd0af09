"""How well linkage finds who is who: on three public tables, and on the sandbox's population, whose truth is known.

python tests/benchmarks/bench_linkage.py [LEADS]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from leadwright.linkage.people import link_people
from leadwright_sandbox.population import generate
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.real_data import dedupe

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "dedupe"
SEED = 7


def public_tables() -> None:
    """Print the figures of each public table."""
    for name, labelled in dedupe.load(DATA).items():
        start = time.monotonic()
        _print(name, dedupe.measure(labelled), labelled.table.num_rows, time.monotonic() - start)


def population(leads: int) -> None:
    """Print the figures of the CRM records: by address alone, as the identity log starts, and with linkage."""
    truth = true_person_of(leads)
    with TemporaryDirectory() as folder:
        crm = DbtWarehouse(Path(folder))
        crm.add_population(leads, SEED)
        crm.build()
        true_pairs = dedupe.pairs_of(sorted(truth.items()))
        before = found_pairs(crm, truth)
        start = time.monotonic()
        linked = link_people(crm.settings)
        seconds = time.monotonic() - start
        crm.build()
        _print("sandbox, address alone", dedupe.compare(before, true_pairs), linked.records, 0.0)
        _print(
            "sandbox, with linkage",
            dedupe.compare(found_pairs(crm, truth), true_pairs),
            linked.records,
            seconds,
        )


def true_person_of(leads: int) -> dict[str, str]:
    """Record key -> person, from the population's hidden truth; converted leads lend theirs to their contacts."""
    made = generate(SEED, leads, NOW)
    person = {}
    for row in made.truth:
        for record_id in str(row["hubspot_ids"] or "").split(";"):
            person[f"hubspot:contacts:{record_id}"] = str(row["person_id"])
        for record_id in str(row["salesforce_ids"] or "").split(";"):
            person[f"salesforce:leads:{record_id}"] = str(row["person_id"])
    for lead in made.salesforce["Lead"]:
        if lead.get("ConvertedContactId"):
            contact = f"salesforce:contacts:{lead['ConvertedContactId']}"
            person[contact] = person[f"salesforce:leads:{lead['Id']}"]
    live = {key for key in person if not key.endswith(":")}
    return {key: person[key] for key in live}


def found_pairs(crm: DbtWarehouse, truth: dict[str, str]) -> dedupe.Pairs:
    """Pairs of records that have one lead."""
    rows = crm.rows("select record_key, lead_id from intermediate.int_identity__records")
    return dedupe.pairs_of((key, lead) for key, lead in rows if key in truth)


def _print(name: str, quality: dedupe.Quality, records: int, seconds: float) -> None:
    print(
        f"{name:24} {records:6,} records  precision {quality.precision:.4f}  recall {quality.recall:.4f}  "
        f"F1 {quality.f1:.4f}  {seconds:5.1f} s"
    )


if __name__ == "__main__":
    if DATA.exists():
        public_tables()
    else:
        print(f"The public tables are left out: {DATA.parent.name}/{DATA.name} is not here.")
    population(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
