"""What the shorter ways through dbt find is what dbt itself finds."""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import pytest
from dbt.clients.jinja import MacroStack
from dbt.context.macros import MacroNamespaceBuilder
from dbt_common.clients.jinja import get_environment

from leadwright.settings import Settings
from leadwright.transform import shortcuts
from leadwright.transform.project import SHORTENED, Transform
from tests import parsed_project

_PACKAGES = ["dbt_duckdb", "dbt"]
"""Those of dbt itself, the adapter's first: it overrules some of the others' macros."""


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    parsed_project.ensure()
    return Transform(Settings(home=tmp_path_factory.mktemp("shortcuts"))).manifest()


def _context(manifest: Any, package: str, **names: Any) -> Any:
    def builder() -> Any:
        return MacroNamespaceBuilder("leadwright", package, MacroStack(), list(_PACKAGES), None)

    return SimpleNamespace(manifest=manifest, _ctx=dict(names), _get_namespace_builder=builder)


def _told(found: Any) -> Any:
    """A macro by its id; a package by the ids of its macros."""
    return {name: _told(found[name]) for name in found} if isinstance(found, dict) else found.macro.unique_id


@pytest.mark.parametrize("package", ["leadwright", "dbt", "dbt_duckdb"])
def test_every_name_means_the_same_macro(manifest: Any, package: str) -> None:
    context = _context(manifest, package)
    found = shortcuts.build_namespace(context)
    builder = context._get_namespace_builder()
    wanted = builder.build_namespace(manifest.get_macros_by_package(), {})
    assert {name: _told(found[name]) for name in found} == {name: _told(wanted[name]) for name in wanted}
    at_top = context._ctx
    assert {name: _told(at_top[name]) for name in at_top} == {name: _told(wanted[name]) for name in wanted}
    for where in (None, "dbt", "leadwright"):
        for name in ("create_table_as", "duckdb__create_table_as", "earlier_rows", "no_such_macro"):
            ours, dbts = (each.get_from_package(where, name) for each in (found, wanted))
            assert (ours and _told(ours)) == (dbts and _told(dbts))


def test_a_package_that_is_overruled_is_so_for_dispatch_too(manifest: Any) -> None:
    """A unit test of dbt puts its own value in a package's place, in the context alone."""
    context = _context(manifest, "leadwright")
    namespace = shortcuts.build_namespace(context)
    context._ctx["leadwright"]["earlier_rows"] = "overruled"
    assert namespace.get_from_package("leadwright", "earlier_rows") == "overruled"
    assert _told(context._ctx["earlier_rows"]) == "macro.leadwright.earlier_rows"


def test_names_without_a_macro_are_no_part_of_it(manifest: Any) -> None:
    context = _context(manifest, "leadwright", target="duckdb")
    shortcuts.build_namespace(context)
    assert context._ctx["target"] == "duckdb"
    assert "no_such_name" not in context._ctx
    assert context._ctx.get("no_such_name", 1) == 1
    with pytest.raises(KeyError):
        context._ctx["no_such_name"]


def test_one_text_compiles_once_and_renders_with_each_context() -> None:
    shortcuts.take()
    text = "{% set n = shown * 2 %}{{ n }}"
    first, second = (get_environment().compile(text) for _ in range(2))
    assert first is second
    assert [get_environment().from_string(text, globals={"shown": n}).render({}) for n in (1, 2)] == [
        "2",
        "4",
    ]
    native = get_environment(native=True)
    assert native.compile(text) is not first, "a native environment makes values, not texts"


def test_a_graph_is_linked_once_a_parse_and_a_part_of_it_is_a_copy(
    manifest: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("graph")
    transform = Transform(Settings(home=home, threads=1), manifest)
    for seed in ("countries", "grades"):
        assert [node.name for node in transform.build(select=seed, tests=False)] == [seed]
    (graph,) = vars(manifest)["_leadwright_graphs"].values()
    whole = graph.nodes()
    part = graph.get_subset_graph(["seed.leadwright.grades"])
    assert list(part.nodes()) == ["seed.leadwright.grades"]
    assert graph.nodes() == whole
    assert set(manifest.nodes) <= set(whole)


def test_they_are_taken_with_the_locked_versions_of_dbt() -> None:
    assert {name: version(name)[: len(known)] for name, known in SHORTENED.items()} == SHORTENED
