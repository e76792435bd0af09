"""The folder of a company: how it is found, what `init` makes of it, what its rows do to the tables that we ship."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from leadwright import settings, workspace
from leadwright.connectors.errors import ConfigError
from leadwright.rules import book, files
from leadwright.rules.cells import Column
from leadwright.rules.files import RuleFile, ShippedLine
from leadwright.starters import make
from tests.installation import ROOT

SHIPPED = ROOT / "dbt_project" / "seeds"
_COLUMNS = [Column("domain", "string", is_required=True, is_unique=True), Column("reason", "string")]


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory in no workspace, with no setting that names one."""
    monkeypatch.delenv(workspace.SETTING)
    monkeypatch.delenv("LEADWRIGHT_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_is_found_from_a_folder_within_it_with_its_home_and_its_settings(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.create(nowhere / "acme", make.Answers(), SHIPPED)
    (nowhere / "acme" / ".env").write_text("LEADWRIGHT_HUBSPOT_TOKEN=pat-1\nLEADWRIGHT_STALE_AFTER_HOURS=9\n")
    assert settings.load().workspace is None
    assert settings.load().rules_folder.name == workspace.DEFAULT
    monkeypatch.chdir(nowhere / "acme" / "rules")
    config = settings.load()
    assert config.workspace == config.rules_folder == nowhere / "acme"
    assert config.home == nowhere / "acme" / ".leadwright"
    assert (config.crms(), config.stale_after_hours) == (["hubspot"], 9)


def test_a_folder_that_is_none_is_refused(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(workspace.SETTING, str(nowhere))
    with pytest.raises(ConfigError, match=r"LEADWRIGHT_WORKSPACE: there is no leadwright\.toml"):
        settings.load()


@pytest.mark.parametrize("starter", make.CHOICES)
def test_init_writes_what_was_answered_and_names_nobody(tmp_path: Path, starter: str) -> None:
    answers = make.Answers(
        starter, ("hubspot",), ("acme.es",), "Europe/Madrid", "8:30-14:00", "sun-thu", "comma"
    )
    made = make.create(tmp_path / "acme", answers, SHIPPED)
    assert {path for path in made if not (tmp_path / "acme" / path).is_file()} == set()
    rules = tmp_path / "acme" / "rules"
    assert [(r["time_zone"], r["region"]) for r in rows(rules / "calendars.csv")] == [("Europe/Madrid", "")]
    hours = rows(rules / "business_hours.csv")
    assert [(r["weekday"], r["opens_minute"], r["closes_minute"]) for r in hours] == [
        (str(day), "510", "840") for day in (1, 2, 3, 4, 7)
    ]
    assert [(r["domain"], r["kind"]) for r in rows(rules / "company_domains.csv")] == [
        ("acme.es", "own_staff")
    ]
    assert [r["value"] for r in rows(rules / "number_format.csv")] == ["comma"]
    for name in (
        "routing_pool",
        "routing_fallback",
        "routing_from",
        "routing_rules",
        "rep_leaves",
        "holidays",
    ):
        assert rows(rules / f"{name}.csv") == [], name
    assert (rows(rules / "score_rules.csv") == []) == (starter == "empty")
    assert "leadwright.example" not in "".join(path.read_text() for path in rules.glob("*.csv"))
    assert 'timezone: "Europe/Madrid"' in (tmp_path / "acme" / "prefect.yaml").read_text()


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (make.Answers("saas"), "'saas' is no set of rules; one of: b2b_saas, services, empty"),
        (make.Answers(time_zone="Madrid"), "'Madrid' is no time zone such as Europe/Berlin"),
        (make.Answers(hours="18:00-9:00"), "'18:00-9:00' is no working hours"),
        (make.Answers(hours="nine to five"), "'nine to five' is no working hours"),
        (make.Answers(hours="9:00-25:00"), "'9:00-25:00' is no working hours"),
        (make.Answers(days="mo-fr"), "'mo-fr' is no list of weekdays such as mon-fri"),
        (make.Answers(decimal_mark=","), "',' is not allowed; one of: point, comma"),
    ],
)
def test_an_answer_that_is_none_writes_nothing(tmp_path: Path, answers: make.Answers, says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        make.create(tmp_path / "acme", answers, SHIPPED)
    assert str(raised.value).startswith(says)
    assert not (tmp_path / "acme").exists()


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Ours")
    with pytest.raises(ConfigError, match=r"has README\.md already; nothing was written"):
        make.create(tmp_path, make.Answers(), SHIPPED)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def _table(folder: Path, shipped: str, own: str) -> RuleFile:
    (folder / "reference").mkdir()
    (folder / "domains.csv").write_text(f"domain,reason\n{shipped}")
    (folder / "reference" / "domains.csv").write_text(own)
    return RuleFile("domains", folder / "reference" / "domains.csv", _COLUMNS, {}, folder / "domains.csv")


def test_rows_are_added_put_in_the_place_of_ours_and_taken_away(tmp_path: Path) -> None:
    table = _table(
        tmp_path, "a.example,1\nb.example,2\nc.example,3\n",
        "domain,reason,is_removed\nB.example,ours,\nc.example,,true\nd.example,new,false\n",
    )  # fmt: skip
    assert list(files.read(table)) == []
    assert [(row["domain"], row["reason"]) for _, row in table.rows] == [
        ("a.example", "1"), ("B.example", "ours"), ("d.example", "new")
    ]  # fmt: skip
    assert [type(line) for line, _ in table.rows] == [ShippedLine, int, int]
    whole = book.whole(table, tmp_path / "home")
    assert whole.read_text() == "domain,reason\na.example,1\nB.example,ours\nd.example,new\n"


def test_what_is_wrong_with_added_rows_is_said_of_the_file_that_it_is_in(tmp_path: Path) -> None:
    table = _table(
        tmp_path, "a.example,1\n", "domain,reason,is_removed\nx.example,,true\na.example,,perhaps\n"
    )  # fmt: skip
    assert [str(fault) for fault in files.read(table)] == [
        "reference/domains.csv, line 2, column is_removed: no shipped row has domain 'x.example'; nothing to remove",
        "reference/domains.csv, line 3, column is_removed: 'perhaps' is not allowed; one of: true, false",
    ]
    assert (
        str(table.fault(ShippedLine(7), "domain", "x")) == "the shipped domains.csv, line 7, column domain: x"
    )


def test_a_table_of_ours_is_put_into_the_workspace_once(tmp_path: Path) -> None:
    ours = RuleFile("shared_hosts", SHIPPED / "reference" / "shared_hosts.csv", _COLUMNS)
    added = make.own("shared_hosts", tmp_path, ours, whole=False)
    assert (added.parent.name, added.read_text()) == ("reference", "domain,reason\n")
    rules = make.own("plays", tmp_path, RuleFile("plays", SHIPPED / "rules" / "plays.csv", []), whole=False)
    assert (rules.parent.name, rules.read_text()) == ("rules", (SHIPPED / "rules" / "plays.csv").read_text())
    with pytest.raises(ConfigError, match="in the workspace already"):
        make.own("plays", tmp_path, RuleFile("plays", rules, []), whole=False)


def test_an_upgrade_leaves_what_else_the_file_says(tmp_path: Path) -> None:
    mark = tmp_path / workspace.MARK
    mark.write_text('# Ours\nversion = "0.0.1"\n\n[writing]\nrecords_per_day = 500\n')
    workspace.mark(tmp_path)
    said = f'# Ours\nversion = "{workspace.version()}"\n\n[writing]\nrecords_per_day = 500\n'
    assert mark.read_text() == said
    mark.write_text("[writing]\n")
    workspace.mark(tmp_path)
    assert mark.read_text() == f'version = "{workspace.version()}"\n[writing]\n'
    assert workspace.table(tmp_path, "writing") == {}


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (
            'version = "99.0"',
            r"its tables are of Leadwright 99\.0, and this is .*: install the later version again",
        ),
        ("version = ", r"leadwright\.toml cannot be read"),
        ('version = "soon"', r"leadwright\.toml cannot be read"),
    ],
)
def test_a_workspace_of_a_later_version_is_refused(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, said: str, says: str
) -> None:
    (nowhere / workspace.MARK).write_text(said)
    monkeypatch.setenv(workspace.SETTING, str(nowhere))
    with pytest.raises(ConfigError, match=says):
        settings.load()
