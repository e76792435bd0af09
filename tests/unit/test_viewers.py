"""Who may look at the dashboards: the table, and what is shown without and before a sign-in."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from leadwright import settings
from leadwright.connectors.errors import ConfigError
from leadwright.dashboards import config, data
from leadwright.dashboards.app import TITLES
from leadwright.dashboards.viewing import PAGES
from leadwright.rules import viewers
from leadwright.workspace import MARK
from tests import dashboard_marts as marts
from tests.installation import ROOT

REP = "grace@acme.example"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / MARK).write_text('version = "0"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LEADWRIGHT_WORKSPACE", str(tmp_path))
    config.current.cache_clear()
    return tmp_path


def named(workspace: Path, *rows: str) -> None:
    text = "\n".join(["email_pattern,role,reason", *rows])
    (workspace / "rules" / "viewers.csv").write_text(f"{text}\n")


def test_the_most_exact_pattern_gives_the_role(workspace: Path) -> None:
    named(workspace, "*,analyst,", "*@acme.example,manager,", "Grace@Acme.example,rep,she asked")
    roles = viewers.roles(workspace)
    assert viewers.role_of(" GRACE@acme.example ", roles) == "rep"
    assert viewers.role_of("alan@acme.example", roles) == "manager"
    assert viewers.role_of("someone@not-acme.example", roles) == "analyst"


def test_who_has_no_row_has_no_role(workspace: Path) -> None:
    assert viewers.roles(workspace) == {}
    named(workspace, "*@acme.example,manager,")
    roles = viewers.roles(workspace)
    assert viewers.role_of("mallory@acme.example.evil.example", roles) is None
    assert viewers.role_of("mallory@evil.example@acme.example", roles) == "manager"  # what follows the last @


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "email_pattern,role,reason\n*,owner,\n",
            r"line 2, column role: 'owner' is not a role; one of: admin",
        ),
        ("email_pattern,reason\n*,\n", r"line 1, column role: the column is missing"),
        ("email_pattern;role;reason\n*;admin;\n", r"separated by semicolons"),
        ("", r"the file is empty"),
    ],
)
def test_a_table_with_a_fault_lets_nobody_in(workspace: Path, text: str, message: str) -> None:
    (workspace / "rules" / "viewers.csv").write_text(text)
    with pytest.raises(ConfigError, match=message):
        viewers.roles(workspace)


def test_every_page_is_of_somebody() -> None:
    assert {page for pages in PAGES.values() for page in pages} == TITLES.keys() == set(PAGES["admin"])
    for name in TITLES:
        assert (ROOT / "dashboards" / "views" / f"{name}.py").is_file()


def test_a_rep_finds_and_reads_his_own_leads_alone(workspace: Path) -> None:
    tables = dict(marts.full())
    tables["dim_reps"] = [{**tables["dim_reps"][0], "email": REP}]
    marts.publish(workspace / "home" / "serving.duckdb", tables)
    own = settings.load()
    everybody = {row["lead_id"] for row in data.find_leads(own, "")}
    assert marts.ADA in everybody
    assert len(everybody) > 1
    assert {row["lead_id"] for row in data.find_leads(own, "", REP)} == {marts.ADA}
    assert data.read_lead(own, marts.ADA, REP) is not None
    (other, *_) = everybody - {marts.ADA}
    assert data.read_lead(own, other) is not None
    assert data.read_lead(own, other, REP) is None
    assert data.find_leads(own, other, REP) == []


def page_of(workspace: Path, **user: object) -> AppTest:
    tables = dict(marts.full() | marts.kpis() | marts.work() | marts.today())
    tables["dim_reps"] = [{**tables["dim_reps"][0], "email": REP}]
    marts.publish(workspace / "home" / "serving.duckdb", tables)
    config.current.cache_clear()
    app = AppTest.from_file(ROOT / "dashboards" / "app.py", default_timeout=30)
    app.user = user
    return app.run()


def said(app: AppTest) -> str:
    return "\n".join(e.value for e in (*app.title, *app.text, *app.info, *app.error))


def test_with_a_sign_in_nothing_is_shown_before_it(workspace: Path) -> None:
    named(workspace, "*,admin,")
    app = page_of(workspace, is_logged_in=False)
    assert [button.label for button in app.button] == ["Sign in"]
    assert not app.metric


def test_without_a_sign_in_this_machine_sees_everything(workspace: Path) -> None:
    named(workspace, "grace@acme.example,rep,")
    assert page_of(workspace).metric


def test_others_see_nothing_where_viewers_are_named_and_nobody_is_asked(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(workspace, "grace@acme.example,rep,")
    monkeypatch.setenv("LEADWRIGHT_DASHBOARD_HOSTS", '["leads.acme.example"]')
    app = page_of(workspace)
    assert "there is no sign-in" in said(app)
    assert not app.metric


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ({"email": "mallory@evil.example"}, "Signed in as mallory@evil.example.\nviewers.csv has no row"),
        ({"email": REP, "email_verified": False}, "no verified e-mail address"),
        ({"name": "Grace"}, "no verified e-mail address"),
        ({"email": ["grace@acme.example"]}, "no verified e-mail address"),
    ],
)
def test_whoever_is_not_named_sees_nothing(workspace: Path, user: dict[str, object], message: str) -> None:
    named(workspace, "grace@acme.example,rep,")
    app = page_of(workspace, is_logged_in=True, **user)
    assert message in said(app)
    assert [button.label for button in app.button] == ["Sign out"]
    assert not app.metric
    assert not app.dataframe


def test_a_table_with_a_fault_is_told_and_shows_nothing(workspace: Path) -> None:
    named(workspace, "*,owner,")
    app = page_of(workspace, is_logged_in=True, email=REP)
    assert "'owner' is not a role" in said(app)
    assert not app.metric


def test_a_rep_has_pages_of_his_own_leads(workspace: Path) -> None:
    named(workspace, "grace@acme.example,rep,")
    app = page_of(workspace, is_logged_in=True, email="Grace@acme.example")
    assert "Signed in as grace@acme.example, rep." in said(app)
    assert list(app.dataframe[0].value["Lead"]) == ["Ada Lovelace"]
    assert not app.selectbox  # nobody else to choose
    app.switch_page("views/lead.py").run()
    assert "Your leads" in said(app)
    assert list(app.dataframe[0].value["Name"]) == ["Ada Lovelace"]
