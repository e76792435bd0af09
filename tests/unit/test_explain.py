"""Which lead a key names: an address, our id, or the id of any of its records in any CRM."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadwright.cli import look
from leadwright.connectors.errors import ConfigError
from leadwright.explain.now import explain
from leadwright.settings import Settings
from tests import dashboard_marts as marts

MERGED_AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
RECORDS = [
    {"lead_id": marts.ADA, "crm": "hubspot", "object": "contacts", "record_id": "501", "is_deleted": False},
    {
        "lead_id": marts.ADA,
        "crm": "hubspot",
        "object": "contacts",
        "record_id": "502",
        "email_key": "ada@home.example",
        "is_deleted": False,
    },
    {
        "lead_id": marts.ADA,
        "crm": "salesforce",
        "object": "contacts",
        "record_id": "0031",
        "is_deleted": True,
    },
    {"lead_id": "gone", "crm": "salesforce", "object": "leads", "record_id": "00Q9", "is_deleted": True},
]


@pytest.fixture
def published(tmp_path: Path) -> Settings:
    """Ada, whose second contact and whose deleted contact speak for her in no column of dim_leads."""
    settings = Settings(home=tmp_path)
    ids = [{"lead_id": "lead-byron", "current_lead_id": marts.ADA, "is_merged": True}]
    moves = [
        {"previous_lead_id": "lead-byron", "lead_id": marts.ADA, "method": "merge", "decided_at": MERGED_AT}
    ]
    tables = {"dim_crm_records": RECORDS, "dim_lead_ids": ids, "fct_identity_decisions": moves}
    marts.publish(settings.serving_file, {**marts.ada(), **tables})
    return settings


@pytest.mark.parametrize(
    "key",
    [marts.ADA, " ADA.L@analytical-engines.example ", "501", "502", "0031", "Ada+demo@home.example", "lead-byron"],
)  # fmt: skip
def test_a_lead_is_found_by_any_of_its_keys(published: Settings, key: str) -> None:
    found = explain(key, published)
    assert found["lead"]["lead_id"] == marts.ADA
    assert (found["merged"] is not None) == (key == "lead-byron")


def test_what_stands_above_the_points_is_said(
    published: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    found = explain("lead-byron", published)
    found["lead"] |= {"disqualified_reason": "Own staff", "automatic_grade": "Cold"}
    found["lead"] |= {"override_grade": "Hot", "override_by": "Maya", "override_reason": "Knows her"}
    look._show(found)
    said = capsys.readouterr().out
    assert f"lead-byron was merged into {marts.ADA} on 1 Jun 2026, 08:00 UTC." in said
    assert "Disqualified: Own staff. The band of fit is low whatever its points." in said
    assert "Hot was set by Maya: Knows her; the rules say Cold." in said


def test_a_record_whose_lead_is_gone_is_no_lead(published: Settings) -> None:
    with pytest.raises(ConfigError, match="No lead has"):
        explain("00Q9", published)


def test_an_address_that_two_leads_have_names_both(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    twins = [{"lead_id": name, "email": "info@twins.example"} for name in ("castor", "pollux")]
    marts.publish(settings.serving_file, {"dim_leads": twins})
    with pytest.raises(ConfigError, match=r"2 leads .* castor, pollux"):
        explain("info@twins.example", settings)
