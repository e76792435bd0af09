"""A preview of rules foretells what going live does; an earlier score is explained as it was; both leave no trace."""

from __future__ import annotations

import csv
import hashlib
import shutil
import subprocess
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from leadwright.connectors.errors import ConfigError
from leadwright.explain import earlier
from leadwright.settings import Settings
from leadwright.trials import differences
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.workspaces import whole

EARLIER = NOW - timedelta(days=20)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    """A population scored twice, twenty days apart; its workspace is in git, and a test may edit its tables."""
    folder = tmp_path_factory.mktemp("trials")
    workspace = whole(folder / "workspace")
    git = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@t.example"]
    for command in (["init", "-q"], ["add", "workspace"], ["commit", "-q", "-m", "Rules"]):
        subprocess.run([*git, *command], check=True)
    made = DbtWarehouse(folder / "home", workspace)
    made.add_population(120, seed=5)
    made.build(EARLIER)
    (loser,), (winner,) = made.rows(
        "select record_id from marts.dim_crm_records join marts.dim_leads using (lead_id) where crm = 'hubspot' "
        "and lead_id not in (select lead_id from marts.dim_crm_records where crm = 'salesforce') "
        f"and created_at < timestamp '{EARLIER:%Y-%m-%d}' order by created_at desc, lead_id limit 2"
    )
    made.execute(
        f"update raw_hubspot.contacts set archived = 'true' where hs_object_id = '{loser}'; "
        f"update raw_hubspot.contacts set hs_merged_object_ids = '{loser}' where hs_object_id = '{winner}'"
    )
    made.build(NOW)
    return made


def _own(settings: Settings) -> Path:
    return settings.rules_folder / "rules"


def _edit_seeds(settings: Settings, folder: Path, rng: Random) -> Path:
    """A copy of the tables with random other points, caps, bands and words."""
    seeds = folder / "rules"
    shutil.copytree(_own(settings), seeds)
    for name, column, choices in (
        ("score_rules", "points", [-6, 0, 3, 9, 14]),
        ("score_groups", "cap", [16, 18]),
        ("score_dimensions", "medium_from", [3, 9, 15]),
    ):
        file = seeds / f"{name}.csv"
        with file.open(newline="") as text:
            rows = list(csv.DictReader(text))
        for row in rows:
            if rng.random() < 0.3 and row.get("dimension") != "disqualify":
                row[column] = str(rng.choice(choices))
        with file.open("w", newline="") as text:
            writer = csv.DictWriter(text, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    titles = seeds / "job_titles.csv"
    titles.write_text(
        "".join(line for line in titles.open() if rng.random() < 0.9 or line.startswith("prio"))
    )
    return seeds


def _fingerprint(settings: Settings) -> str:
    return hashlib.sha256(settings.warehouse_file.read_bytes()).hexdigest()


def _sum(lines: list[dict[str, Any]], side: str) -> Decimal:
    return sum((line[side] for line in lines), Decimal(0))


def test_a_preview_foretells_exactly_what_going_live_does(built: DbtWarehouse, tmp_path: Path) -> None:
    seeds = _edit_seeds(built.settings, tmp_path, Random(11))
    before = _fingerprint(built.settings)
    found = differences.diff("live", str(tmp_path), built.settings, top=1000)
    assert _fingerprint(built.settings) == before
    assert {row["file"] for row in found["rows"]} >= {"score_rules.csv", "score_groups.csv", "job_titles.csv"}
    assert found["moved"] == len(found["largest"]) > 5
    assert {row["moves"] for row in found["rows"]} == {None}, "so many rows are not tried one by one"
    assert found["moved_otherwise"] is None, "nor is it known what only several do together"
    assert found["routing"] is None
    for lead in found["largest"]:
        for side in ("before", "after"):
            assert _sum(lead["contributions"], side) == lead[f"score_{side}"]
            assert lead[f"fit_{side}"] + lead[f"intent_{side}"] == lead[f"score_{side}"]

    shown = dict(built.rows("select lead_id, grade from marts.fct_lead_scores"))
    live = _own(built.settings)
    kept = tmp_path / "kept"
    shutil.copytree(live, kept)
    shutil.copytree(seeds, live, dirs_exist_ok=True)
    copy = tmp_path / "home"
    shutil.copytree(built.settings.home, copy)
    shipped = DbtWarehouse(copy, live.parent, like=built)
    shipped.build(NOW)
    shutil.copytree(kept, live, dirs_exist_ok=True)

    then = dict(shipped.rows("select lead_id, grade from marts.fct_lead_scores"))
    moves = Counter((shown[lead], then[lead]) for lead in shown)
    assert moves == {(row["grade_before"], row["grade_after"]): row["leads"] for row in found["grades"]}
    moved = {lead["lead_id"]: lead["grade_after"] for lead in found["largest"]}
    assert moved == {lead: grade for lead, grade in then.items() if grade != shown[lead]}
    assert shipped.rows("select distinct rule_set_hash from marts.fct_lead_scores") == [
        (found["after"]["rule_set_hash"],)
    ]
    caused = shipped.rows(
        "select lead_id, grade_cause from marts.fct_lead_score_history "
        "where earlier_grade != grade and changed_at = (select max(changed_at) from marts.fct_lead_score_history) "
        "and rule_set_hash = (select any_value(rule_set_hash) from marts.fct_lead_scores)"
    )
    assert dict(caused) == dict.fromkeys(moved, "rule change")


def test_a_revision_in_git_the_live_rules_and_the_working_copy_are_the_same_until_one_is_edited(
    built: DbtWarehouse,
) -> None:
    for before, after in (("live", None), ("HEAD", None), ("live", "HEAD")):
        found = differences.diff(before, after, built.settings)
        assert (found["rows"], found["moved"], found["rescored"]) == ([], 0, 0)
    grades = _own(built.settings) / "grades.csv"
    as_it_was = grades.read_text()
    grades.write_text(as_it_was.replace("high,high,Hot,Call now", "high,high,Warm,Call now"))
    found = differences.diff("HEAD", None, built.settings)
    grades.write_text(as_it_was)
    (hot,) = built.rows("select count(*) from marts.fct_lead_scores where grade = 'Hot'")[0]
    assert found["rescored"] == 0
    assert found["moved"] == hot > 0
    (row,) = found["rows"]
    assert (row["row"], row["before"], row["after"], row["moves"]) == (
        "high high", {"grade": "Hot"}, {"grade": "Warm"}, hot
    )  # fmt: skip
    named = dict(built.rows("select lead_id, full_name from marts.dim_leads"))
    assert {lead["lead_id"]: lead["full_name"] for lead in found["largest"]}.items() <= named.items()


def test_each_changed_row_has_the_moves_that_it_makes_alone(built: DbtWarehouse, tmp_path: Path) -> None:
    """Two bands that both move leads, and one that moves nobody: what a row does is not shared out among the rows."""
    shutil.copytree(_own(built.settings), tmp_path / "rules")
    file = tmp_path / "rules" / "score_dimensions.csv"
    with file.open(newline="") as text:
        rows = {row["dimension"]: row for row in csv.DictReader(text)}
    alone = {}
    for dimension in ("fit", "intent", "account"):
        rows[dimension]["high_from"] = str(float(rows[dimension]["medium_from"]) + 1)
        if dimension != "account":
            with_one = tmp_path / dimension / "rules"
            shutil.copytree(_own(built.settings), with_one)
            _write_one(with_one / file.name, rows[dimension])
            alone[dimension] = differences.diff("live", str(with_one.parent), built.settings)["moved"]
    with file.open("w", newline="") as text:
        writer = csv.DictWriter(text, next(iter(rows.values())))
        writer.writeheader()
        writer.writerows(rows.values())
    found = differences.diff("live", str(tmp_path), built.settings)
    assert {row["row"]: row["moves"] for row in found["rows"]} == alone | {"account": 0}
    assert min(alone.values()) > 0
    assert found["moved"] <= sum(alone.values()) + found["moved_otherwise"]


def test_changed_routing_shows_who_would_be_given_which_leads(built: DbtWarehouse, tmp_path: Path) -> None:
    """All that the rules gave is given anew, though the CRMs show it by now; whose row is gone from the pool gets
    nothing, and others what was hers."""
    built.write_back()
    built.transform.build(select="path:models/staging", as_of=NOW, tests=False)
    shutil.copytree(_own(built.settings), tmp_path / "rules")
    pool = tmp_path / "rules" / "routing_pool.csv"
    pool.write_text("".join(line for line in pool.open() if not line.startswith("everyone,grace.whitfield@")))
    before = _fingerprint(built.settings)
    found = differences.diff("live", str(tmp_path), built.settings, top=1000)
    assert _fingerprint(built.settings) == before
    (row,) = found["rows"]
    assert (row["file"], row["after"]) == ("routing_pool.csv", None)
    assert (found["moved"], found["rescored"], row["moves"]) == (0, 0, 0)
    routing = found["routing"]
    reps = {rep["owner_name"]: (rep["leads_before"], rep["leads_after"]) for rep in routing["reps"]}
    hers = reps["Grace Whitfield"]
    assert hers[0] > hers[1] == 0
    assert sum(n for n, _ in reps.values()) == sum(n for _, n in reps.values())
    assert row["owner_moves"] == routing["moved"] == len(routing["leads"]) >= hers[0]
    named = dict(built.rows("select lead_id, full_name from marts.dim_leads"))
    assert {lead["lead_id"]: lead["full_name"] for lead in routing["leads"]}.items() <= named.items()


def _write_one(file: Path, row: dict[str, str]) -> None:
    """Put `row` in the place of the row of its dimension."""
    with file.open(newline="") as text:
        rows = [row if r["dimension"] == row["dimension"] else r for r in csv.DictReader(text)]
    with file.open("w", newline="") as text:
        writer = csv.DictWriter(text, row)
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("name", ["no-such-revision", "--help", "/tmp"])
def test_rules_that_are_not_there_are_said_so(built: DbtWarehouse, name: str) -> None:
    with pytest.raises(ConfigError, match=r"nor a revision in git|There are no rule files"):
        differences.diff("live", name, built.settings)


def test_rules_with_faults_are_not_tried(built: DbtWarehouse, tmp_path: Path) -> None:
    shutil.copytree(_own(built.settings), tmp_path / "rules")
    rules = tmp_path / "rules" / "score_rules.csv"
    rules.write_text(rules.read_text().replace(",exists,", ",exist,", 2))
    with pytest.raises(
        ConfigError, match=r"2 fault\(s\); nothing was tried\.\n.*line \d+, column operator"
    ) as said:
        differences.diff("live", str(tmp_path), built.settings)
    assert str(said.value).count("'exist' is not allowed") == 2


def test_an_earlier_score_is_explained_as_it_was_shown(built: DbtWarehouse) -> None:
    moment = (EARLIER + timedelta(hours=1)).isoformat()
    shown = built.rows(
        "select lead_id, score, grade from marts.fct_lead_score_history h join marts.dim_leads using (lead_id) "
        f"where change_number = 1 and changed_at < timestamp '{moment[:19]}' and created_at < changed_at "
        "order by score desc, lead_id limit 2"
    )
    before = _fingerprint(built.settings)
    for lead_id, score, grade in shown:
        found = earlier.explain_at(lead_id, moment, built.settings)
        assert (found["lead"]["score"], found["lead"]["grade"]) == (score, grade)
        assert sum(row["points"] for row in found["contributions"]) == score == found["recorded"]["score"]
        assert found["agrees"]
        assert found["recorded"]["rule_set_hash"] == found["rule_set"]["rule_set_hash"]
        assert found["rules_changed_since"] == []
    assert _fingerprint(built.settings) == before


def test_what_changed_between_two_moments_adds_up(built: DbtWarehouse) -> None:
    lead_id, score = built.rows(
        "select lead_id, score from marts.fct_lead_score_history h join marts.dim_leads using (lead_id) "
        "where change_number = 2 and created_at < changed_at - interval 30 day order by abs(score - earlier_score) desc"
    )[0]
    found = earlier.explain_between(lead_id, (EARLIER + timedelta(hours=1)).isoformat(), None, built.settings)
    before, after = found["before"]["lead"]["score"], found["after"]["lead"]["score"]
    assert (after, found["difference"]) == (score, score - before)
    assert found["difference"] != 0
    assert _sum(found["contributions"], "before") == before
    assert _sum(found["contributions"], "difference") == found["difference"]
    on_record = [c for c in found["changes"] if c["subject"] == "score"]
    assert [(c["earlier_value"], c["value"]) for c in on_record] == [(str(before), str(after))]
    assert on_record[0]["cause"] in {"event", "decay", "data fix"}


def test_the_id_of_a_lead_that_was_merged_away_shows_its_own_log(built: DbtWarehouse) -> None:
    ((old, current),) = built.rows(
        "select lead_id, current_lead_id from marts.dim_lead_ids where is_merged order by 1 limit 1"
    )
    ((score, grade),) = built.rows(
        f"select score, grade from marts.fct_lead_score_history where lead_id = '{old}'"
    )
    begin = (EARLIER + timedelta(hours=1)).isoformat()
    then = earlier.explain_at(old, begin, built.settings)
    assert (then["lead"]["lead_id"], then["merged"]["lead_id"]) == (current, old)
    assert (then["recorded"]["score"], then["recorded"]["grade"]) == (score, grade)
    between = earlier.explain_between(
        old, (EARLIER - timedelta(seconds=1)).isoformat(), begin, built.settings
    )
    first = [c["value"] for c in between["changes"] if c["subject"] == "score"]
    assert len(first) == 2
    assert str(score) in first


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-01", "2026-06-01T23:59:59+00:00"),
        ("20260601", "2026-06-01T23:59:59+00:00"),
        ("2026-06-01T10:00:00.5", "2026-06-01T10:00:00+00:00"),
        ("2026-06-01T10:00:00+02:00", "2026-06-01T08:00:00+00:00"),
    ],
)
def test_a_date_is_its_end_and_a_moment_a_whole_second(text: str, moment: str) -> None:
    assert earlier.parse_moment(text).isoformat() == moment


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("yesterday", "is no moment"),
        ("0001-01-01T00:00:00+14:00", "is no moment"),
        ("9999-12-31T23:00:00-05:00", "is no moment"),
        ("2026-02-30", "is no moment"),
        ("2030-01-01", "is after the last run"),
        ("1999-12-31", "was not there yet"),
    ],
)
def test_a_moment_that_cannot_be_explained_is_said_so(built: DbtWarehouse, at: str, says: str) -> None:
    (lead_id,) = built.rows("select min(lead_id) from marts.dim_leads")[0]
    with pytest.raises(ConfigError, match=says):
        earlier.explain_at(lead_id, at, built.settings)


def test_an_unknown_lead_and_an_empty_home_are_said_so(built: DbtWarehouse, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No lead has"):
        earlier.explain_at("nobody@nowhere.example", "2026-06-20", built.settings)
    with pytest.raises(ConfigError, match="no warehouse yet"):
        earlier.explain_at("nobody@nowhere.example", "2026-06-20", Settings(home=tmp_path))
    with pytest.raises(ConfigError, match="give the earlier moment first"):
        earlier.explain_between("x", "2026-06-20", "2026-06-01", built.settings)
