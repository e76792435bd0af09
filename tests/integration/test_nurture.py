"""Lists and campaigns in a company that has scores: who is put on one, and what a dry run and the roll-out say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leadwright.connectors.base import MEMBERSHIPS
from leadwright.writeback import plans, previews
from tests import built_warehouses
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.workspaces import whole

_ROWS = """play,crm,list_or_campaign,reason
Nurture,hubspot,News / monthly,Newsletter
Long-form nurture,hubspot,News / monthly,The same
Nurture,salesforce,Long-term nurture,Campaign
"""
_MODELS = (
    "nurture unified_nurture_lists int_writing__live_records int_writing__past_memberships int_writing__memberships "
    "sync_hubspot__memberships sync_salesforce__memberships int_lifecycle__campaign_members"
)
_WANTED = (
    "select r.record_id || '/' || l.list_or_campaign as record_id "
    "from intermediate.int_scoring__current_scores s join intermediate.int_writing__live_records r using (lead_id) "
    "join unified.unified_nurture_lists l on l.crm = r.crm and l.play = s.play where r.place = 1"
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtWarehouse]:
    """A company that has scores and now names a list and a campaign."""
    folder = tmp_path_factory.mktemp("nurture")
    workspace = whole(folder / "workspace")
    (workspace / "rules" / "nurture.csv").write_text(_ROWS)
    built_warehouses.of_people(folder / "home")
    made = DbtWarehouse(folder / "home", workspace=workspace)
    assert made.transform.rule_faults() == []
    made.transform.build(select=_MODELS, as_of=NOW)
    yield made


def _asked(company: DbtWarehouse, system: str) -> list[str]:
    rows = company.rows(f"select record_id from sync.sync_{system}__memberships where is_member order by 1")
    return [record_id for (record_id,) in rows]


def test_each_lead_with_such_a_play_is_put_on_once_by_its_first_record(company: DbtWarehouse) -> None:
    for crm in ("hubspot", "salesforce"):
        rows = company.rows(f"{_WANTED} and r.crm = '{crm}' order by 1")
        assert _asked(company, crm) == [record_id for (record_id,) in rows] != []
    twice = "select lead_id from sync.sync_hubspot__memberships group by lead_id having count(*) > 1"
    assert company.rows(twice) == []


def test_a_dry_run_says_how_many_people_each_list_would_get(company: DbtWarehouse) -> None:
    models = [m for m in company.transform.sync_models() if m.object == MEMBERSHIPS]
    assert [m.without_owners() for m in models] == models
    told = previews.make(plans.make(models, company.settings), company.settings)
    assert {(each.crm, each.name, each.put_on, each.taken_off) for each in told.lists} == {
        ("hubspot", "News / monthly", len(_asked(company, "hubspot")), 0),
        ("salesforce", "Long-term nurture", len(_asked(company, "salesforce")), 0),
    }
    assert any("put on a list" in text for text in told.asked)


def test_about_whom_the_crms_are_not_told_nobody_is_put_on_a_list(company: DbtWarehouse) -> None:
    (first, *others) = company.rows(
        "select lead_id, record_id from sync.sync_hubspot__memberships order by 2"
    )
    company.execute(
        f"update intermediate.int_writing__rollout set is_sent = false where lead_id = '{first[0]}'"
    )
    company.transform.build(
        select="int_writing__memberships sync_hubspot__memberships", as_of=NOW, tests=False
    )
    assert _asked(company, "hubspot") == [record_id for _, record_id in others]
