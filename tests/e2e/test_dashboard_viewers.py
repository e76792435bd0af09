"""Signing in to the dashboards in a real browser: what each role sees, and what an address that is typed shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from leadwright.workspace import MARK
from tests import dashboard_marts as marts
from tests.browsing import PATIENCE, free_port, served
from tests.identity_provider import Provider, signing_in

pytestmark = pytest.mark.browser

ROWS = {
    "chief@acme.example": "admin",
    "grace@acme.example": "rep",
    "figures@acme.example": "analyst",
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with signing_in() as provider:
        yield provider


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("viewers")
    (folder / "rules").mkdir()
    (folder / MARK).write_text('version = "0"\n')
    (folder / ".streamlit").mkdir()
    tables = dict(marts.full() | marts.kpis() | marts.work() | marts.today())
    tables["dim_reps"] = [{**tables["dim_reps"][0], "email": "grace@acme.example"}]
    marts.publish(folder / "home" / "serving.duckdb", tables)
    return folder


@pytest.fixture(scope="module")
def address(provider: Provider, workspace: Path) -> Iterator[str]:
    port = free_port()
    url = f"http://localhost:{port}/"
    (workspace / ".streamlit" / "secrets.toml").write_text(provider.secrets(url))
    with served(workspace / "home", port=port, workspace=workspace):
        yield url


@pytest.fixture
def page(browser: Browser, workspace: Path) -> Iterator[Page]:
    named(workspace, ROWS)
    with browser.new_context(viewport={"width": 1360, "height": 1000}) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield page


def named(workspace: Path, rows: dict[str, str]) -> None:
    text = "".join(f"{email},{role},\n" for email, role in rows.items())
    (workspace / "rules" / "viewers.csv").write_text(f"email_pattern,role,reason\n{text}")


def sign_in(page: Page, address: str, provider: Provider, **claims: object) -> None:
    provider.claims = claims
    page.goto(address)
    page.get_by_role("button", name="Sign in").click()


def links(page: Page) -> list[str]:
    return page.get_by_test_id("stTopNavLink").all_inner_texts()


def test_an_admin_sees_every_page_and_can_leave(page: Page, address: str, provider: Provider) -> None:
    sign_in(page, address, provider, email="Chief@acme.example", email_verified=True)
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(page.get_by_text("Signed in as chief@acme.example, admin.")).to_be_visible()
    assert "Approval" in links(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_rep_sees_his_leads_and_no_others(page: Page, address: str, provider: Provider) -> None:
    sign_in(page, address, provider, email="grace@acme.example")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(page.locator("canvas td").filter(has_text="Ada Lovelace")).to_have_count(2)  # to call, and new
    expect(page.locator("canvas td").filter(has_text="John Sample")).to_have_count(0)
    page.get_by_role("link", name="Lead", exact=True).click()
    expect(page.get_by_role("heading", name="Your leads")).to_be_visible()
    expect(page.locator("canvas td").filter(has_text="Ada Lovelace")).to_have_count(1)
    expect(page.locator("canvas td").filter(has_text="John Sample")).to_have_count(0)
    page.goto(f"{address}lead?lead={marts.ADA}")
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    page.goto(f"{address}lead?lead=lead-001")
    expect(page.get_by_text("no lead with the id in this link among yours")).to_be_visible()
    page.goto(f"{address}money")
    expect(page.get_by_text("Page not found")).to_be_visible()


def test_an_analyst_sees_figures_and_no_lead(page: Page, address: str, provider: Provider) -> None:
    sign_in(page, address, provider, email="figures@acme.example")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.goto(f"{address}lead?lead={marts.ADA}")
    expect(page.get_by_text("Page not found")).to_be_visible()
    expect(page.get_by_text("Ada Lovelace")).to_have_count(0)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"email": "mallory@evil.example"}, "viewers.csv has no row for you"),
        ({"email": "chief@acme.example", "email_verified": False}, "no verified e-mail address"),
        ({"name": "Chief"}, "no verified e-mail address"),
    ],
)
def test_others_see_nothing(
    page: Page, address: str, provider: Provider, claims: dict[str, object], said: str
) -> None:
    sign_in(page, address, provider, **claims)
    expect(page.get_by_text(said)).to_be_visible()
    assert links(page) == []


def test_a_row_that_is_taken_out_counts_at_once(
    page: Page, address: str, provider: Provider, workspace: Path
) -> None:
    sign_in(page, address, provider, email="figures@acme.example")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    named(workspace, {"chief@acme.example": "admin"})
    page.reload()
    expect(page.get_by_text("viewers.csv has no row for you")).to_be_visible()
