"""The page Today without a browser: who is to be called, for whom, and until when."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from leadwright.dashboards import config
from tests import dashboard_marts as marts
from tests.installation import ROOT


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose figures are of a moment in the past, so that times are counted from that."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADWRIGHT_HOME", str(tmp_path))
    monkeypatch.setenv("LEADWRIGHT_AS_OF", marts.AS_OF.isoformat())
    config.current.cache_clear()
    return tmp_path


def shown(home: Path, tables: dict[str, list[dict[str, object]]], **link: str) -> AppTest:
    marts.publish(home / "serving.duckdb", tables)
    app = AppTest.from_file(ROOT / "dashboards" / "app.py", default_timeout=30)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def tiles(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def headings(app: AppTest) -> str:
    return "\n".join([*(h.value for h in app.subheader), *(h.proto.body for h in app.get("html"))])


def test_it_is_the_first_page_and_lists_what_is_due_by_grade_and_time(home: Path) -> None:
    app = shown(home, marts.full() | marts.today())
    assert app.title[0].value == "Today"
    assert tiles(app) == {
        "Promises about to break": "1",
        "Promises broken": "2",
        "Came back": "1",
        "Follow-ups": "1",
    }
    table = app.dataframe[0].value
    assert list(table["Due"]) == ["15 min late", "2.2 h late", "in 42 min", "in 3.0 days", "in 10.0 h"]
    assert list(table["Owner"]) == ["Grace Hopper", "Alan Turing", "Alan Turing", "Alan Turing", "nobody yet"]
    assert table["Phone"].iloc[0] == "\N{BLACK TELEPHONE} +44 20 7946 0018"
    assert table["Waits for"].iloc[0] == "Came back"
    assert any("Left out: 1 that waited longer than 14 days" in caption.value for caption in app.caption)


def test_the_owner_is_in_the_address_and_the_table_is_his(home: Path) -> None:
    app = shown(home, marts.full() | marts.today(), owner="Grace Hopper")
    assert list(app.dataframe[0].value["Lead"]) == ["Ada Lovelace"]
    app.selectbox[0].select("nobody yet").run()
    assert list(app.dataframe[0].value["Lead"]) == ["John Sample-4"]
    assert app.query_params["owner"] == "nobody yet"
    app.selectbox[0].select("Everybody").run()
    assert "owner" not in app.query_params


def test_an_owner_who_has_nothing_to_do_shows_everybody(home: Path) -> None:
    app = shown(home, marts.full() | marts.today(), owner="Somebody Else")
    assert len(app.dataframe[0].value) == 5


def test_it_says_who_is_behind_and_who_rose(home: Path) -> None:
    app = shown(home, marts.full() | marts.today())
    assert "Alan Turing has 1 of 2 leads that are late" in headings(app)
    assert "New Hot leads this week" in headings(app)
    new = app.dataframe[1].value
    assert list(new["Lead"]) == ["Ada Lovelace", "without a name"]
    assert list(new["Before"]) == ["Warm", "new"]
    assert new["First touch"].iloc[0] == "none yet"


def test_with_nobody_waiting_it_says_what_makes_promises(home: Path) -> None:
    app = shown(home, marts.full())
    assert "Nobody waits for a call" in app.info[0].value
    assert "No open lead became Hot" in app.info[1].value


def test_a_name_from_a_crm_stays_text(home: Path) -> None:
    hostile = "![x](http://evil.example/y.png) <img src=x>"
    tables = marts.full() | marts.today()
    tables["rpt_calls"] = [row | {"owner_name": hostile} for row in tables["rpt_calls"]]
    app = shown(home, tables)
    markdown = [
        element.value for kind in (app.subheader, app.caption, app.markdown, app.info) for element in kind
    ]
    assert not [text for text in markdown if "evil.example" in text]
    assert "![x](http://evil.example/y.png) &lt;img src=x&gt; has 2 of 2" in headings(app)
