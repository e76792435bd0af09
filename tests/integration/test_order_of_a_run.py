"""What a run builds before it writes back and what after: each node once, and the tests of each half in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadwright import warehouse
from leadwright.transform import reports
from leadwright.transform.builds import BuildError
from tests.conftest import ROOT
from tests.dbt_warehouse import NOW, DbtWarehouse


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtWarehouse]:
    made = DbtWarehouse(tmp_path_factory.mktemp("halves") / "home")
    made.add_population(30)
    yield made


@pytest.fixture(scope="module")
def halves(made: DbtWarehouse) -> tuple[set[str], set[str]]:
    first = [node.name for node in made.transform.build_for_writing(NOW) if node.kind != "exposure"]
    second = [node.name for node in made.transform.build_reports(NOW) if node.kind != "exposure"]
    assert len(first) == len(set(first)) and len(second) == len(set(second))
    return set(first), set(second)


def _nodes(made: DbtWarehouse) -> dict[str, Any]:
    """What a build is made of: no unit tests, no tests of seeds; by name."""
    return {
        node.name: node
        for node in made.transform.manifest().nodes.values()
        if str(node.resource_type) in {"model", "seed", "test"}
        and not (str(node.resource_type) == "test" and node.original_file_path.endswith("_seeds.yml"))
    }


def _due_first(made: DbtWarehouse) -> set[str]:
    """The sync models, the logs, and all that they are made of."""
    nodes = made.transform.manifest().nodes
    found: set[str] = set()
    folders = ("models/sync/", "models/memory/")
    due = [key for key, node in nodes.items() if node.original_file_path.startswith(folders)]
    due = [key for key in due if nodes[key].resource_type == "model"]
    while due:
        key = due.pop()
        if key in nodes and key not in found:
            found.add(key)
            due += nodes[key].depends_on.nodes if hasattr(nodes[key].depends_on, "nodes") else []
    return {nodes[key].name for key in found}


def test_everything_is_built_and_tested_in_one_half(
    made: DbtWarehouse, halves: tuple[set[str], set[str]]
) -> None:
    first, second = halves
    assert not first & second
    assert first | second == set(_nodes(made))


def test_write_back_waits_for_what_it_reads_what_is_remembered_and_their_tests_alone(
    made: DbtWarehouse, halves: tuple[set[str], set[str]]
) -> None:
    above, nodes = _due_first(made), _nodes(made)
    tests = {
        name
        for name, node in nodes.items()
        if str(node.resource_type) == "test"
        and {each.rsplit(".", 1)[-1] for each in node.depends_on.nodes} <= above
    }
    assert halves[0] == above | tests
    assert not [name for name in halves[0] if name.startswith("rpt_")]
    guards = {path.stem for path in (ROOT / "dbt_project" / "tests").glob("*.sql")} - {
        "revenue_shares_add_up",
        "model_contributions_add_up",
        "champion_agrees_with_its_shadow",
    }
    assert len(guards) > 4
    assert guards <= tests, "what is written is looked at before it is written"


def test_a_log_s_earlier_rows_are_read_before_it_is_appended(made: DbtWarehouse) -> None:
    """In whichever half: who reads a log as earlier runs left it stands above it."""
    nodes = made.transform.manifest().nodes
    pairs = [
        (node.unique_id, f"model.leadwright.{log}")
        for node in nodes.values()
        if str(node.resource_type) == "model"
        for log in re.findall(r"earlier_rows\('(\w+)'", node.raw_code)
    ]
    assert pairs
    for reader, log in pairs:
        above, due = {log}, [log]
        while due:
            parents = getattr(nodes[due.pop()].depends_on, "nodes", [])
            due += [each for each in parents if each in nodes and each not in above]
            above |= set(due)
        assert reader in above, (reader, log)


@pytest.fixture
def broken(made: DbtWarehouse, halves: tuple[set[str], set[str]]) -> Iterator[DbtWarehouse]:
    """The warehouse, whose report of sources is found wrong: a value that its test does not allow."""
    publish(made)
    path = Path("models") / "marts" / "reports" / "rpt_sources.sql"
    node = _nodes(made)["rpt_sources"]
    before = node.raw_code
    assert node.original_file_path == str(path)
    node.raw_code = f"select cast(null as string) as lead_source, * exclude (lead_source) from ({before})"
    yield made
    node.raw_code = before


def publish(made: DbtWarehouse) -> None:
    whole = [node.name for node in made.transform.build_reports(NOW)]
    reports.publish(made.settings, "run-1", whole=whole, not_whole={})


def test_a_report_that_fails_stays_as_it_was_and_the_others_are_new(broken: DbtWarehouse) -> None:
    with warehouse.reader(broken.settings.serving_file) as db:
        earlier = warehouse.rows(db, "from marts.rpt_sources order by all")
        published_at = warehouse.published_at(db)
    assert earlier
    broken.execute("create or replace table marts.rpt_grades as select 'built anew' as grade")
    with pytest.raises(BuildError) as caught:
        broken.transform.build_reports(NOW)
    error = caught.value
    assert "rpt_sources" in error.not_whole and "rpt_grades" in error.whole
    reports.publish(broken.settings, "run-2", whole=error.whole, not_whole=error.not_whole)
    with warehouse.reader(broken.settings.serving_file) as db:
        assert warehouse.rows(db, "from marts.rpt_sources order by all") == earlier
        assert "lead_count" in warehouse.columns(db, "marts", "rpt_grades")
        (row,) = (each for each in reports.stopped(db) if each["report"] == "rpt_sources")
    assert (row["figures_of"], row["run_id"]) == (published_at, "run-2")
    assert "rpt_sources" in row["reason"]
