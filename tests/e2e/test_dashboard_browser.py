"""The dashboards in a real browser that can resolve no name: what is drawn, and that no stranger is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

from tests import dashboard_marts as marts
from tests.browsing import PATIENCE, served

pytestmark = pytest.mark.browser


@dataclass
class Visit:
    """A page with all that it complained about or asked of anyone but the dashboard."""

    page: Page
    problems: list[str] = field(default_factory=list)

    def note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text} {message.location}")

    def note_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.hostname != "localhost":
            self.problems.append(f"foreign request: {request.url}")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("full")
    marts.publish(home / "serving.duckdb", marts.full() | marts.kpis() | marts.work())
    with served(home) as url:
        yield url


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 1360, "height": 1000})
    page.set_default_timeout(PATIENCE)
    visit = Visit(page)
    page.on("console", visit.note_message)
    page.on("pageerror", lambda error: visit.problems.append(f"page error: {error}"))
    page.on("request", visit.note_request)
    yield visit
    page.close()


def _cells(page: Page, text: str) -> Locator:
    # The grid draws on a canvas and keeps a table inside it for screen readers, which has the text.
    return page.locator("canvas td").filter(has_text=text)


def _metric(page: Page, label: str) -> str:
    card = page.get_by_test_id("stMetric").filter(has_text=label).first
    return card.get_by_test_id("stMetricValue").inner_text()


def test_overview_is_drawn_from_the_warehouse_and_asks_no_stranger(address: str, visit: Visit) -> None:
    page = visit.page
    page.goto(address)
    page.get_by_role("link", name="Overview", exact=True).click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    charts = page.locator('[data-testid="stVegaLiteChart"] svg.marks')
    expect(charts).to_have_count(4)
    assert _metric(page, "Leads") == "2,417"
    assert _metric(page, "MQL to SQL") == "25.0%"
    assert _metric(page, "Median response time") == "48 min"
    grid, funnel, weeks, progress = (charts.nth(i).text_content() or "" for i in range(4))
    assert [
        word for word in ("363", "416", "271", "Hot", "Warm", "Cold", "Intent", "Fit") if word not in grid
    ] == []
    assert "1,034 (42.8%)" in funnel
    assert "Grade today" in weeks
    assert "Reached" in progress
    expect(_cells(page, "organic search")).to_have_count(1)
    assert visit.problems == []


def test_the_team_page_is_drawn_on_a_phone_too(address: str, visit: Visit) -> None:
    page = visit.page
    page.goto(address)
    page.get_by_role("link", name="Team", exact=True).click()
    page.set_viewport_size({"width": 390, "height": 2500})
    expect(page.get_by_role("heading", name="Answers and promises")).to_be_visible()
    expect(page.locator('[data-testid="stVegaLiteChart"] svg.marks')).to_have_count(2)
    # the grid keeps only the columns that are on screen: more than the first one has room
    expect(_cells(page, "on leave")).to_have_count(1)
    assert visit.problems == []


def test_a_lead_is_found_opened_and_explained(address: str, visit: Visit) -> None:
    page = visit.page
    page.goto(address)
    page.get_by_role("link", name="Lead", exact=True).click()
    expect(_cells(page, "John Sample-0")).to_have_count(1)
    page.get_by_label("Find a lead").fill("lovelace")
    page.get_by_label("Find a lead").press("Enter")
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    assert _metric(page, "Score") == "88"
    assert page.locator("tr.lw-sum").last.inner_text().split("\t")[-1].strip() == "88.00"
    expect(page.get_by_text("Owns the account Analytical Engines")).to_be_visible()
    assert page.url.endswith(f"?lead={marts.ADA}")
    page.get_by_role("button", name="Back to the list").click()
    expect(page.get_by_text("1 match, highest score first")).to_be_visible()
    assert visit.problems == []


def test_a_link_opens_the_lead_directly(address: str, visit: Visit) -> None:
    visit.page.goto(f"{address}?lead={marts.ADA}")
    expect(visit.page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    assert _metric(visit.page, "Grade") == "Hot"
    assert visit.problems == []


def test_selecting_a_row_opens_that_lead_also_in_a_table_sorted_by_hand(address: str, visit: Visit) -> None:
    page = visit.page
    page.goto(address)
    page.get_by_role("link", name="Lead", exact=True).click()
    grid = page.locator(".dvn-scroller").first
    expect(_cells(page, "Ada Lovelace")).to_have_count(1)
    grid.click(position={"x": 400, "y": 15})  # the header of the names: now by name, Ada still first
    grid.click(position={"x": 400, "y": 15})  # and backwards
    grid.click(position={"x": 400, "y": 50})
    expect(page.get_by_role("heading", name="Maria Sample-9")).to_be_visible()
    assert page.url.endswith("?lead=lead-009")


@pytest.mark.parametrize("path", ["", "lead", f"?lead={marts.ADA}"])
def test_every_page_says_what_to_run_before_the_first_run(
    tmp_path: Path, browser: Browser, path: str
) -> None:
    with served(tmp_path) as url:
        page = browser.new_page()
        page.goto(url + path)
        expect(page.get_by_text("leadwright run")).to_be_visible()
        assert page.get_by_test_id("stMetric").count() == 0
        page.close()
