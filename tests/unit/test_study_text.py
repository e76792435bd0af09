"""The report of a study, as a person reads it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from leadwright.cli import study_text
from leadwright.connectors.errors import ConfigError
from leadwright.settings import Settings
from leadwright.study import evidence, studying
from leadwright.study.bench import Outcome
from leadwright.study.company import Owner
from leadwright.study.evidence import Counts
from leadwright.study.judging import Judged
from leadwright.study.jumps import Jump
from leadwright.study.report import Report
from leadwright.study.words import Meaning, Word
from leadwright.workspace import MARK

GOLDEN = Path(__file__).parent / "study.txt"
_AS_OF = datetime(2026, 7, 1, tzinfo=UTC)


def _judged(name: str, counts: Counts, before: float | None, points: float | None, finding: str) -> Judged:
    row = {
        "rule_id": name,
        "dimension": "fit",
        "feature": name.split("_")[0],
        "operator": "equals",
        "value": "x",
        "label": name.replace("_", " ").capitalize(),
        "points": str(before or 1),
        "reason": "Ours",
    }
    return Judged(row, counts, evidence.effect(counts), before, points, finding)


def _report(converted: int = 400) -> Report:
    outcome = Outcome("won_180", "won", 180, "dated", 420, 0, _AS_OF)
    word = Word("hubspot", "hs_lead_status", "Grün [bold]", 210, 12, 0, 0, 0, None)
    known = Word("hubspot", "hs_lead_status", "NEW", 900, 0, 0, 0, 0, "lead")
    named = Word("hubspot", "hs_lead_status", "Kein Interesse", 640, 0, 0, 0, 0, None)
    return Report(
        as_of=_AS_OF,
        leads=8000,
        outcome=outcome,
        outcomes=[Outcome("sql_90", "sql", 90, "dated", 1300, 40, _AS_OF), outcome],
        looked_at=6200,
        converted=converted,
        first_at=datetime(2024, 7, 1),
        last_at=datetime(2026, 1, 2),
        meanings=[
            Meaning(known, "lead", "", "a row of lead_stages.csv says so"),
            Meaning(named, "disqualified", "no_need", '"kein interesse" (German)'),
            Meaning(word, None, "", "no known word in it; 5.7% of its 210 leads are won"),
        ],
        owners=[
            Owner("Ada Berg", "ada@firm.example", True, False, False, 3000, 200, 900, 0.7, _AS_OF, "sells"),
            Owner("Sync", "api@firm.example", True, False, False, 4000, 0, 0, 0.0, None, "login"),
            Owner(
                "Bo Lund",
                "bo@firm.example",
                False,
                False,
                False,
                90,
                8,
                60,
                0.0,
                datetime(2025, 3, 2),
                "sold",
            ),
        ],
        domains=[{"domain": "firm.example", "owners": 3, "known_as": None, "leads": 4}],
        sources=[
            {
                "source": "fair",
                "leads": 500,
                "known": 400,
                "converted": 60,
                "rate": 0.15,
                "low": 0.118,
                "high": 0.188,
            },
            {
                "source": "web",
                "leads": 90,
                "known": 0,
                "converted": 0,
                "rate": None,
                "low": None,
                "high": None,
            },
        ],
        fills=[{"feature": "source", "kind": "trait", "past_is": "captured", "leads": 7900}],
        dates=["812 of 1,300 dates of SQL are 2025-02-01: filled in for many at once"],
        own_fields=[],
        not_asked="",
        doubted={"order_no": "88% of the leads that won have a value and 0% of the others"},
        judged=[
            _judged("source_fair", Counts(812, 0.14, 5388, 0.06), None, 12, "supported"),
            _judged("source_web", Counts(900, 0.065, 5300, 0.064), None, None, "unclear"),
            _judged("size_middle", Counts(1500, 0.04, 4700, 0.07), 12, -6, "points_the_wrong_way"),
        ],
        unused={"level_c": "no lead has job_level"},
        jumps=[
            Jump("has phone", datetime(2025, 11, 1), 0.2, 0.45, 8.0),
            Jump("source ads", datetime(2025, 11, 1), 0.1, 0.3, 7.0),
        ],
        grades_before=[
            {"grade": "Hot", "leads": 0, "open_leads": 0, "won": 0},
            {"grade": "Cold", "leads": 8000, "open_leads": 2000, "won": 420},
        ],
        grades_after=[
            {"grade": "Hot", "leads": 1600, "open_leads": 400, "won": 250},
            {"grade": "Cold", "leads": 6400, "open_leads": 1600, "won": 170},
        ],
        files=["reference/lead_stages.csv", "rules/score_rules.csv"],
        folder=Path("proposed"),
    )


def _shown(report: Report) -> str:
    text = io.StringIO()
    console = Console(width=300, file=text)
    for line in study_text.lines(report):
        console.print(line)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def test_the_report_reads_as_it_always_did() -> None:
    assert _shown(_report()) == GOLDEN.read_text(encoding="utf-8")


def test_with_few_outcomes_it_says_what_cannot_be_known_and_proposes_no_points() -> None:
    shown = _shown(_report(converted=14))
    assert (
        "14 outcomes: too few to tell what predicts (30 are needed); the points of the rules stay." in shown
    )
    assert "Rules proposed" not in shown


def test_a_program_reads_the_same() -> None:
    found = _report().as_dict()
    assert found["outcome"]["converted"] == 400
    assert found["rules"][0]["rate_low"] < 0.14 < found["rules"][0]["rate_high"]
    assert [row["stage"] for row in found["stages"]] == ["lead", "disqualified", None]
    assert found["too_few"] is None


def test_what_was_proposed_is_taken_and_takes_the_place_of_rows_beside_ours(tmp_path: Path) -> None:
    proposed, workspace = tmp_path / "proposed", tmp_path / "workspace"
    for file in (
        "proposed/rules/score_rules.csv",
        "proposed/reference/lead_stages.csv",
        "workspace/reference/score_rules.csv",
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(file)
    (workspace / MARK).touch()
    config = Settings(home=tmp_path / "home", workspace=workspace)
    report = _report()
    report.folder = proposed
    studying.accept(report, config)
    assert report.accepted
    assert (workspace / "rules" / "score_rules.csv").read_text() == "proposed/rules/score_rules.csv"
    assert (workspace / "reference" / "lead_stages.csv").exists()
    assert not (workspace / "reference" / "score_rules.csv").exists(), "the whole table is ours now"
    with pytest.raises(ConfigError, match="no workspace"):
        studying.accept(report, config.model_copy(update={"workspace": None}))
