"""The dbt graph keeps its shape: layers, no circles across subjects, CRMs named in their rooms alone, depth and size.

`_STILL_LONG` names what is not so yet: it only gets shorter.
"""

from __future__ import annotations

import re

import pytest

from leadwright.connectors.base import MEMBERSHIPS
from tests import graph as graphs
from tests import parsed_project
from tests.graph import Graph

_LEVELS = 24
_LEVELS_OF_TASKS = 31
"""A task is called for by the log of scores, and only then put into words; nothing else waits for it."""
_LINES = 120

_CODES_OF_OLD_ROWS = "decision_code"
"""The one place where words are read: rows of the log from before there were codes."""
_STILL_LONG = {"grouped_decisions", "traits_of"}


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The shipped project, parsed once for all tests of the session."""
    parsed_project.ensure()
    return graphs.read()


def test_a_layer_reads_the_ones_below_it_and_nothing_below_marts_reads_marts(graph: Graph) -> None:
    assert {"unified", "subject", "marts", "sync", "shared staging"} <= {graph.layer(m) for m in graph.models}
    assert graph.across_layers() == []


def test_a_subject_reads_itself_and_earlier_ones_their_logs_too(graph: Graph) -> None:
    assert any(graph.log_edges.values()), "some model reads the earlier rows of a log"
    assert graph.against_order() == []


def test_no_circle_crosses_two_subjects(graph: Graph) -> None:
    assert [c for c in graph.circles() if len({graph.subject(m) for m in c}) > 1] == []


def test_a_crm_is_named_only_in_staging_unified_and_sync(graph: Graph) -> None:
    assert list(graphs.files_that_name_a_system()) == []
    assert list(graphs.columns_that_name_a_system(graph)) == []


def test_a_macro_that_names_a_crm_is_called_by_staging_and_sync_alone(graph: Graph) -> None:
    for name, text in graphs.macros_that_name_a_system().items():
        macros = re.findall(r"{%-? macro (\w+)\(", text)
        called = re.compile(rf"\b({'|'.join(macros)})\(")
        callers = {m for m, node in graph.models.items() if called.search(node.raw_code)}
        outside = {m for m in callers if graph.layer(m) not in {"staging", "shared staging", "sync"}}
        assert outside == set(), name


def test_a_sync_model_is_no_deeper_and_no_model_longer_than_agreed(graph: Graph) -> None:
    for name, node in graph.models.items():
        if graph.layer(name) == "sync":
            most = _LEVELS_OF_TASKS if "makes" in node.config.meta else _LEVELS
            assert graph.depths[name] <= most, " > ".join(graph.longest_path(name))
    every = graphs.files(".sql") + graphs.files(".sql", under="macros")
    assert {file.stem for file in every if graphs.lines(file) > _LINES} - _STILL_LONG == set()


def test_every_sync_model_says_which_fields_show_score_and_grade(graph: Graph) -> None:
    """By these the guard rails see what a run would change."""
    for name, node in graph.models.items():
        values = "makes" not in node.config.meta and node.config.meta.get("object") != MEMBERSHIPS
        if graph.layer(name) == "sync" and values:
            shown = [(c.config.meta or c.meta).get("shows") for c in node.columns.values()]
            assert sorted(filter(None, shown)) == ["grade", "score"], name


def test_no_model_is_made_anew_in_each_reader(graph: Graph) -> None:
    assert [name for name, node in graph.models.items() if node.config.materialized == "ephemeral"] == []


def test_no_decision_is_read_from_the_words_of_a_reason() -> None:
    assert graphs.files_that_read_prose() == [_CODES_OF_OLD_ROWS]


@pytest.mark.parametrize(
    ("sql", "is_prose"),
    [
        ("where decisions.reason like 'Owner set in%'", True),
        ("case when next_reason not like 'Emptied%' then 1 end", True),
        ("where reason = 'Already owned'", True),
        ("where position('Owner', reason) > 0", True),
        ("where reason_code = 'owner_set'", False),
        ("where links.reason = 'crm'", False),
        ("select reason as owner_reason", False),
    ],
)
def test_what_reading_prose_looks_like(sql: str, is_prose: bool) -> None:
    assert bool(graphs.PROSE.search(sql)) == is_prose
