"""The page of known bugs names a test for each, and the tests are there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "known-bugs.md"


def _rows() -> list[list[str]]:
    lines = _PAGE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return cells[1:]


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _sql_tests() -> Iterator[str]:
    for file in (_ROOT / "dbt_project" / "models").rglob("*unit_tests.yml"):
        for test in yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)["unit_tests"]:
            yield test["name"]


def test_every_bug_has_a_row_with_its_report() -> None:
    rows = _rows()
    assert [number for number, *_ in rows] == [str(number) for number in range(1, 26)]
    for _, bug, reported, tests in rows:
        assert bug.endswith(".")
        assert re.search(r"#\d+", reported), reported
        assert "::test_" in tests, bug


def test_every_test_on_the_page_is_there() -> None:
    in_sql = set(_sql_tests())
    for *_, tests in _rows():
        for named in re.findall(r"`([^`]+)`", tests):
            path, _, function = named.partition("::")
            if function:
                assert (_ROOT / path).is_file(), named
                assert function in _functions(_ROOT / path), named
            else:
                assert named in in_sql, named
