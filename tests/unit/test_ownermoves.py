"""What a plan means for people: leads they have, would get and would lose."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadwright import warehouse
from leadwright.settings import Settings
from leadwright.writeback.ownermoves import OwnerMove, owner_moves
from leadwright.writeback.sending import Written


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Ann has leads A and B (in both CRMs), Bob, who left, has C; D is in a queue, E is nobody's, and F is deleted."""
    config = Settings(home=tmp_path, lock_wait_seconds=1)
    with warehouse.writer(config.warehouse_file, 1) as db:
        db.execute(
            "create schema marts; create table marts.dim_reps as from (values "
            "('ann', 'Ann', true), ('bob', 'Bob', false), ('eve', 'Eve', true)) t(rep_id, full_name, is_active);"
            "create table marts.dim_rep_accounts as from (values "
            "('ann', 'hubspot', 'h1'), ('ann', 'salesforce', 's1'), ('bob', 'hubspot', 'h2'), "
            "('eve', 'salesforce', 's3')) t(rep_id, crm, owner_id);"
            "create table marts.dim_crm_records as from (values "
            "('hubspot', '1', 'A', 'ann', false), ('hubspot', '2', 'B', 'ann', false), "
            "('salesforce', '3', 'B', 'ann', false), ('hubspot', '4', 'C', 'bob', false), "
            "('salesforce', '5', 'D', null, false), ('hubspot', '6', 'E', null, false), "
            "('hubspot', '7', 'F', 'bob', true)) t(crm, record_id, lead_id, rep_id, is_deleted)"
        )
    return config


def planned(crm: str, **owners: str) -> Written:
    return Written(
        "sync", crm, "contacts", new_owners={key.removeprefix("_"): o for key, o in owners.items()}
    )


def test_each_person_is_told_what_he_has_gets_and_loses(settings: Settings) -> None:
    plan = [planned("hubspot", _4="h1"), planned("salesforce", _5="s3")]
    assert owner_moves(plan, settings) == [
        OwnerMove("Ann", True, leads_before=2, gets=1, loses=0, leads_after=3, gets_from={"Bob": 1}),
        OwnerMove("Eve", True, leads_before=0, gets=1, loses=0, leads_after=1, gets_from={"nobody": 1}),
        OwnerMove("Bob", False, leads_before=1, gets=0, loses=1, leads_after=0),
        OwnerMove("nobody", True, leads_before=2, gets=0, loses=1, leads_after=1),
    ]


def test_an_owner_who_is_written_into_the_other_crm_too_gets_no_lead_by_it(settings: Settings) -> None:
    assert owner_moves([planned("salesforce", _3="s1")], settings) == []
    assert owner_moves([planned("hubspot")], settings) == []
