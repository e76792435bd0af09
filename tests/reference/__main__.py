"""`python -m tests.reference take FILE [COMPANY ...]`, `… compare THEN NOW MAPPING` and `… engines [COMPANY ...]`.

Take the reference on the commit before a rebuild and compare on the one after it. Both print to the terminal; `compare`
ends with 1 where a difference has no row in the mapping file (company, table, column, becomes, reason). `engines`
builds what a first run pulled on DuckDB and on Spark, and ends with 1 where a mart or a sync model differs.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.reference import companies, comparison, fingerprint


def take(target: Path, names: list[str]) -> int:
    """Run each company and write its fingerprint into `target`, beside those that are there."""
    found = json.loads(target.read_text()) if target.exists() else {}
    for name in names or companies.COMPANIES:
        with tempfile.TemporaryDirectory() as folder:
            found[name] = fingerprint.take(companies.run(name, Path(folder)))
        target.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
        print(f"{name}: {len(found[name])} tables")  # noqa: T201
    return 0


def compare(then: Path, now: Path, mapping: Path) -> int:
    """Print what differs without a reason; 1 where anything does."""
    rows = comparison.read_mapping(mapping)
    before, after = json.loads(then.read_text()), json.loads(now.read_text())
    found = {name: comparison.differences(name, before[name], after[name], rows) for name in after}
    for name, told in found.items():
        print(f"{name}: {len(told)} unexplained", *told, sep="\n  ")  # noqa: T201
    return int(any(found.values()))


def engines(names: list[str]) -> int:
    """Print, for each company, what DuckDB and Spark make of it differently; 1 where anything is."""
    from tests.reference import on_spark  # `take` runs on commits that have no comparison of engines

    found = {}
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            found[name] = on_spark.differences(name, Path(folder))
        print(f"{name}: {len(found[name])} tables differ", *found[name].items(), sep="\n  ")  # noqa: T201
    return int(any(found.values()))


if __name__ == "__main__":
    verb, *rest = sys.argv[1:] or [""]
    if verb == "take" and rest:
        sys.exit(take(Path(rest[0]), rest[1:]))
    if verb == "compare" and len(rest) == 3:
        sys.exit(compare(*map(Path, rest)))
    if verb == "engines" and rest:
        sys.exit(engines(rest))
    sys.exit(__doc__)
