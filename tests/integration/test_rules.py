"""A broken rule file is refused with file, line, column and what is allowed, before anything moves."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from connectors.errors import ConfigError
from leadwright import rules
from leadwright.settings import Settings
from leadwright.transform import Transform
from tests import parsed_project
from tests.installation import ROOT


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Transform:
    """A copy of the dbt project whose seeds a test may break; parsed once, since the rules are read as they are."""
    parsed_project.ensure()
    folder = tmp_path_factory.mktemp("rules")
    shutil.copytree(ROOT / "dbt_project", folder / "dbt_project")
    transform = Transform(Settings(home=folder / "home", dbt_project=folder / "dbt_project"))
    transform.manifest()
    return transform


@pytest.fixture
def seeds(project: Transform) -> Path:
    """The seeds of the copy, as they are in the project."""
    folder = project._settings.dbt_project / "seeds"
    shutil.rmtree(folder)
    shutil.copytree(ROOT / "dbt_project" / "seeds", folder)
    return folder


def edit(file: Path, line: int, column: str, value: str) -> None:
    with file.open(newline="") as text:
        rows = list(csv.reader(text))
    rows[line - 1][rows[0].index(column)] = value
    with file.open("w", newline="") as text:
        csv.writer(text).writerows(rows)


def test_the_rules_as_shipped_are_well_formed(project: Transform, seeds: Path) -> None:
    assert rules.check(project) == []


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("operator", "resembles", "'resembles' is not allowed; one of:"),
        ("points", "ten", "'ten' is not a"),
        ("feature", "shoe_size", "'shoe_size' is not in feature_catalogue.csv"),
        ("rule_id", "", "a value is needed"),
        ("valid_from", "31.01.2026", "is not a date such as 2026-01-31"),
    ],
)
def test_a_bad_cell_is_named(project: Transform, seeds: Path, column: str, value: str, says: str) -> None:
    edit(seeds / "score_rules.csv", 3, column, value)
    (fault,) = [f for f in rules.check(project) if f.file == "seeds/score_rules.csv"]
    assert (fault.line, fault.column) == (3, column)
    assert says in fault.message
    with pytest.raises(ConfigError, match=f"line 3, column {column}"):
        rules.require_valid(project)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("operator", "gte", "gte compares numbers, and the feature is a text"),
        ("operator", "is_true", "is_true asks for a flag"),
        ("value", "", "equals needs a value"),
        ("signal_group", "sniority", "'sniority' has no cap for fit"),
        ("half_life_days", "14", "job_level does not decay"),
        ("feature", "grade", "grade comes of the rules; only segments can look at it"),
        ("reason", "", "a value is needed"),
    ],
)
def test_cells_that_do_not_fit_each_other_are_named(
    project: Transform, seeds: Path, column: str, value: str, says: str
) -> None:
    edit(seeds / "score_rules.csv", 3, column, value)
    faults = [f for f in rules.check(project) if f.file == "seeds/score_rules.csv"]
    assert [f.line for f in faults] == [3]
    assert says in faults[0].message


@pytest.mark.parametrize(
    ("operator", "value", "says"),
    [
        ("in", "vp||director", "empty alternative"),
        ("in", "|".join(f"w{n}" for n in range(41)), "41 alternatives; at most 40"),
        ("contains_word", "vp|", "empty alternative"),
        ("exists", "vp", "exists takes no value"),
        ("regex", "^head of (", "a ( without its )"),
        ("regex", "(a+)+$", "which can take for ever"),
        ("regex", "(?=vp)", "a look-around"),
    ],
)
def test_a_value_that_does_not_fit_its_operator_is_named(
    project: Transform, seeds: Path, operator: str, value: str, says: str
) -> None:
    edit(seeds / "score_rules.csv", 3, "operator", operator)
    edit(seeds / "score_rules.csv", 3, "value", value)
    (fault,) = [f for f in rules.check(project) if f.file == "seeds/score_rules.csv"]
    assert (fault.line, fault.column) == (3, "value")
    assert says in fault.message


def test_ranges_days_and_the_grid_are_checked(project: Transform, seeds: Path) -> None:
    rows = (seeds / "score_rules.csv").read_text().splitlines()
    line = next(n for n, row in enumerate(rows, 1) if ",between," in row)
    edit(seeds / "score_rules.csv", line, "value", "50|11")
    edit(seeds / "score_rules.csv", line, "valid_from", "2026-02-01")
    edit(seeds / "score_rules.csv", line, "valid_to", "2026-01-31")
    edit(seeds / "score_dimensions.csv", 2, "medium_from", "49")
    edit(seeds / "grades.csv", 10, "intent_band", "high")
    said = [str(f) for f in rules.check(project)]
    assert [s.split(":")[0] for s in said] == [
        "seeds/grades.csv, line 10, column fit_band",
        "seeds/grades.csv, line 10, column intent_band",
        "seeds/score_dimensions.csv, line 2, column high_from",
        f"seeds/score_rules.csv, line {line}, column valid_to",
        f"seeds/score_rules.csv, line {line}, column value",
    ]
    assert "no row for fit low, intent low" in said[0]


def test_an_answer_field_that_is_not_pulled_is_named(project: Transform, seeds: Path) -> None:
    edit(seeds / "answer_fields.csv", 2, "field", "wallet")
    (fault,) = rules.check(project)
    assert str(fault) == (
        "seeds/answer_fields.csv, line 2, column field: 'wallet' is not declared with is_answer for contacts in "
        "_hubspot__sources.yml"
    )


def test_a_name_given_twice_says_where_the_first_is(project: Transform, seeds: Path) -> None:
    with (seeds / "score_rules.csv").open(newline="") as text:
        first = next(csv.DictReader(text))["rule_id"]
    edit(seeds / "score_rules.csv", 4, "rule_id", first)
    assert f"seeds/score_rules.csv, line 4, column rule_id: {first!r} is already on line 2" in [
        str(f) for f in rules.check(project)
    ]


def test_a_row_with_too_few_cells_and_a_lost_column(project: Transform, seeds: Path) -> None:
    file = seeds / "grades.csv"
    lines = file.read_text().splitlines()
    lines[0] = lines[0].replace("play", "game")
    lines[2] = "high,low"
    file.write_text("\n".join(lines) + "\n")
    said = [str(f) for f in rules.check(project) if f.file == "seeds/grades.csv"]
    assert any("line 1, column play: the column is missing" in s for s in said)
    assert any("line 1, column game: there is no such column" in s for s in said)
    assert any(s.startswith("seeds/grades.csv, line 3: 2 cells where the header has") for s in said)


def test_a_file_that_is_no_text_is_named(project: Transform, seeds: Path) -> None:
    (seeds / "grades.csv").write_bytes(b"fit_band,intent_band\n\xff\xfe\x00bad\n")
    assert any("seeds/grades.csv" in str(f) and "UTF-8" in str(f) for f in rules.check(project))
