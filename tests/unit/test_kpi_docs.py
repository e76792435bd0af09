"""The page for managers names every figure with its true days and report, so that it cannot fall behind the seed."""

from __future__ import annotations

import csv
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def _figures() -> list[dict[str, str]]:
    with (_ROOT / "dbt_project" / "seeds" / "reference" / "kpis.csv").open(
        newline="", encoding="utf-8"
    ) as text:
        return list(csv.DictReader(text))


def test_every_figure_is_on_the_page_with_its_days_and_its_report() -> None:
    page = (_ROOT / "docs" / "kpis.md").read_text(encoding="utf-8")
    lines = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    for figure in _figures():
        line = lines[figure["kpi_id"]]
        known = f"| {figure['maturity_days']} days" if figure["maturity_days"] else "| at once"
        assert known in line, line
        assert f"`{figure['model']}`" in line, line


def test_every_figure_has_its_report() -> None:
    reports = {p.stem for p in (_ROOT / "dbt_project" / "models" / "marts" / "reports").glob("rpt_*.sql")}
    assert {figure["model"] for figure in _figures()} <= reports
