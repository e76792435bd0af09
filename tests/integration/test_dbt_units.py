"""dbt's unit tests of the models, one by one; `-k int_scoring__scores` chooses those of one model.

Those that were chosen run together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb
import pytest
import yaml
from filelock import FileLock

from leadwright.transform.builds import BuildError
from tests.conftest import ROOT
from tests.dbt_warehouse import DbtWarehouse

_BESIDE = sorted((ROOT / "dbt_project" / "models").rglob("*unit_tests.yml"))


def _declared() -> Iterator[tuple[str, str]]:
    """Model and name of every unit test."""
    for file in _BESIDE:
        for test in yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)["unit_tests"]:
            yield test["model"], test["name"]


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """What is wrong with each unit test of those that this session runs; empty where nothing is.

    The warehouse is kept from session to session: dbt asks it only for the columns of what a model reads.
    """
    chosen = [
        (item.callspec.params["model"], item.callspec.params["name"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == "test_a_unit_test_passes"
    ]
    models = sorted({model for model, _ in chosen})
    home = ROOT / ".pytest_cache" / f"units-{duckdb.__version__}"
    home.parent.mkdir(exist_ok=True)
    with FileLock(f"{home}.lock"):
        made = DbtWarehouse(home)
        _build(made, models)
        return made.unit_test([name for _, name in chosen])


def _build(made: DbtWarehouse, models: Sequence[str]) -> None:
    """Build what `models` read, and where that lacks something, all that it reads in turn."""
    try:
        made.transform.build(select=" ".join(f"1+{model}" for model in models), tests=False)
    except BuildError:
        made.transform.build(select=" ".join(f"+{model}" for model in models), tests=False)


@pytest.mark.parametrize(("model", "name"), [pytest.param(m, n, id=f"{m}-{n}") for m, n in _declared()])
def test_a_unit_test_passes(model: str, name: str, results: Mapping[str, str]) -> None:
    assert name in results, f"dbt ran no unit test {name} of {model}"
    assert not results[name], results[name]


def test_no_unit_test_is_declared_elsewhere() -> None:
    files = {
        f for f in (ROOT / "dbt_project").rglob("*.yml") if "\nunit_tests:" in f.read_text(encoding="utf-8")
    }
    assert files == set(_BESIDE)
