"""Which lead a key names: an address, our id, or the id of any of its records in any CRM."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import ConfigError
from leadwright.explain import explain
from leadwright.settings import Settings
from tests import dashboard_marts as marts

RECORDS = [
    {"lead_id": marts.ADA, "crm": "hubspot", "object": "contacts", "record_id": "501", "is_deleted": False},
    {"lead_id": marts.ADA, "crm": "hubspot", "object": "contacts", "record_id": "502", "is_deleted": False},
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
    marts.publish(settings.serving_file, {**marts.ada(), "dim_crm_records": RECORDS})
    return settings


@pytest.mark.parametrize("key", [marts.ADA, " ADA.L@analytical-engines.example ", "501", "502", "0031"])
def test_a_lead_is_found_by_any_of_its_keys(published: Settings, key: str) -> None:
    assert explain(key, published)["lead"]["lead_id"] == marts.ADA


def test_a_record_whose_lead_is_gone_is_no_lead(published: Settings) -> None:
    with pytest.raises(ConfigError, match="No lead has"):
        explain("00Q9", published)


def test_an_address_that_two_leads_have_names_both(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    twins = [{"lead_id": name, "email": "info@twins.example"} for name in ("castor", "pollux")]
    marts.publish(settings.serving_file, {"dim_leads": twins})
    with pytest.raises(ConfigError, match=r"2 leads .* castor, pollux"):
        explain("info@twins.example", settings)
