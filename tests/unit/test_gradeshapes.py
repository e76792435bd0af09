"""What the doctor says of grades that tell nobody whom to call: their shares, and how often their leads convert."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leadwright import warehouse
from leadwright.connectors.base import Finding
from leadwright.operate import gradeshapes
from leadwright.settings import Settings


def found(folder: Path, open_leads: tuple[int, int, int], outcomes: str = "") -> list[Finding]:
    config = Settings(home=folder / "home", lock_wait_seconds=1)
    config.make_home()
    grades = [("Hot", 1, "best"), ("Warm", 2, "middle"), ("Cold", 3, "worst")]
    rows = ", ".join(f"{(*grade, leads)}" for grade, leads in zip(grades, open_leads, strict=True))
    with warehouse.writer(config.warehouse_file, 1) as db:
        db.execute(
            "create schema marts; create schema seeds;"
            f"create table marts.rpt_grade_totals as from (values {rows}) t(grade, place, stands_for, open_lead_count);"
            "create table seeds.grade_scale as select grade, place, stands_for from marts.rpt_grade_totals;"
            "create table seeds.grade_shape as from (values ('best', 0.15, 0.25, 0.02, 0.5), "
            "('middle', 0.5, 0.65, null, null), ('worst', 0.1, 0.35, null, 0.95)) "
            "t(stands_for, least_share, most_share, told_below, told_above);"
            + (f"create table marts.rpt_score_bands as {outcomes}" if outcomes else "")
        )
        return list(gradeshapes.findings(db))


@pytest.mark.parametrize(
    ("open_leads", "said"),
    [
        ((200, 600, 200), None),
        (
            (15, 500, 485),
            r"15 of 1,000 open leads are Hot: 1.5% \(0.9% to 2.5%\), and 15% to 25% is aimed at",
        ),
        ((600, 300, 100), "600 of 1,000 open leads are Hot: 60.0%"),
        ((0, 0, 1000), None),  # one grade for all has words of its own
        ((10, 0, 5), None),
    ],
)
def test_a_share_beyond_its_limits_is_told_with_n_and_interval(
    tmp_path: Path, open_leads: tuple[int, int, int], said: str | None
) -> None:
    findings = found(tmp_path, open_leads)
    assert len(findings) == (said is not None)
    for finding in findings:
        assert not finding.ok and "rules bands" in finding.fix
        assert re.search(said or "", finding.detail), finding.detail


def _outcomes(best: tuple[int, int], worst: tuple[int, int]) -> str:
    return (
        f"from (values ('grade', 'Hot', {best[1]}, {best[0]}), ('grade', 'Cold', {worst[1]}, {worst[0]}), "
        "('fit', 'high', 9, 9)) t(cut, cut_value, scored_count, sql_count)"
    )


@pytest.mark.parametrize(
    ("best", "worst", "ok", "said"),
    [
        (
            (60, 300),
            (20, 400),
            True,
            "of 300 leads that were Hot 20.0% became an SQL, of 400 that were Cold 5.0%",
        ),
        ((15, 300), (20, 400), False, "Hot converts no better than Cold"),
        ((3, 40), (1, 40), False, "as far as anybody can tell"),
    ],
)
def test_best_leads_that_convert_no_better_are_told(
    tmp_path: Path, best: tuple[int, int], worst: tuple[int, int], ok: bool, said: str
) -> None:
    (finding,) = found(tmp_path, (200, 600, 200), _outcomes(best, worst))
    assert finding.ok == ok and said in finding.detail


def test_of_few_outcomes_nothing_is_said(tmp_path: Path) -> None:
    assert found(tmp_path, (200, 600, 200), _outcomes((0, 29), (9, 300))) == []
