"""Present values of a company's own fields: fetched once for all records, however many pulls there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leadwright import warehouse
from leadwright.connectors.base import FieldInfo
from leadwright.connectors.errors import AuthError, UnavailableError
from leadwright.pull import backfill, extract
from leadwright.pull.drift import Stops
from leadwright.pull.sources import Source
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable
from tests.fakes import FakeCrm

_COLUMNS = (("id", "varchar"), ("Name", "varchar"), ("changed_at", "timestamptz"))
_CHANGED = datetime(2026, 6, 1, tzinfo=UTC)


def table(*own: str) -> RawTable:
    return RawTable("raw_fake", "contacts", _COLUMNS, own)


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, lock_wait_seconds=1)


@pytest.fixture
def crm() -> FakeCrm:
    return FakeCrm({n: {"id": n, "Name": n, "plan": "Gold", "changed_at": _CHANGED} for n in "abc"})


def shown(config: Settings) -> list[dict[str, Any]]:
    with warehouse.writer(config.warehouse_file, 1) as db:
        return warehouse.rows(db, 'select id, "Name", plan from raw_fake.contacts order by id')


def test_a_new_field_has_its_values_after_the_next_pull_and_is_not_asked_for_again(
    config: Settings, crm: FakeCrm
) -> None:
    extract.pull(crm, [table()], config)
    crm.asked_since.clear()
    assert extract.pull(crm, [table("plan")], config).filled == {"contacts": 3}
    assert [row["plan"] for row in shown(config)] == ["Gold"] * 3
    assert [row["Name"] for row in shown(config)] == ["a", "b", "c"], "the others stay"
    crm.asked_since.clear()
    assert extract.pull(crm, [table("plan")], config).filled == {}
    assert None not in crm.asked_since, "what changed, and no more"


def test_a_first_pull_and_a_full_one_bring_them_by_themselves(config: Settings, crm: FakeCrm) -> None:
    assert extract.pull(crm, [table("plan")], config).filled == {}
    assert [row["plan"] for row in shown(config)] == ["Gold"] * 3
    assert extract.pull(crm, [table("plan")], config, full=True).filled == {}
    assert extract.pull(crm, [table("plan")], config).filled == {}


def test_one_that_was_taken_out_and_put_back_is_fetched_again(config: Settings, crm: FakeCrm) -> None:
    extract.pull(crm, [table("plan")], config)
    extract.pull(crm, [table()], config)
    crm.rows["a"] |= {"plan": "Silver"}
    crm.rows["b"] |= {"plan": None}
    assert extract.pull(crm, [table("plan")], config).filled == {"contacts": 3}
    assert [row["plan"] for row in shown(config)] == ["Silver", None, "Gold"]


def test_what_was_cut_off_is_fetched_by_the_next_pull(config: Settings, crm: FakeCrm) -> None:
    extract.pull(crm, [table()], config)
    crm.fail_pull = UnavailableError("gone")
    with pytest.raises(UnavailableError):
        backfill.fill(Source(crm, {"contacts": table("plan")}), [table("plan")], config, [], Stops())
    crm.fail_pull = None
    assert backfill.fill(Source(crm, {"contacts": table("plan")}), [table("plan")], config, [], Stops()) == {
        "contacts": 3
    }


class Calculating(FakeCrm):
    """A CRM that works out `plan`."""

    refuses = False

    def fields(self, object_name: str) -> list[FieldInfo]:
        if self.refuses:
            raise AuthError("no")
        return [FieldInfo(name, name, "text", True, name == "plan") for name in ("Name", "plan", "typed")]

    def sample(self, object_name: str, fields: Sequence[str], count: int) -> list[Mapping[str, str | None]]:
        return []


def days_pass(config: Settings) -> None:
    with warehouse.writer(config.warehouse_file, 1) as db:
        db.execute("update ops.own_fields set filled_at = filled_at - interval 25 hours")


@pytest.mark.parametrize("refuses", [False, True], ids=["told", "hidden"])
def test_what_the_crm_calculates_is_fetched_again_each_day(
    config: Settings, crm: FakeCrm, refuses: bool
) -> None:
    crm = Calculating(crm.rows)
    crm.refuses = refuses
    extract.pull(crm, [table("plan", "typed")], config)
    crm.rows["a"] |= {"plan": "Silver"}  # and its date stays
    assert extract.pull(crm, [table("plan", "typed")], config).filled == {}
    days_pass(config)
    assert extract.pull(crm, [table("plan", "typed")], config).filled == {"contacts": 3}
    assert [row["plan"] for row in shown(config)] == ["Silver", "Gold", "Gold"]
    assert extract.pull(crm, [table("plan", "typed")], config).filled == {}


def test_what_people_type_is_not_fetched_again(config: Settings, crm: FakeCrm) -> None:
    crm = Calculating(crm.rows)
    extract.pull(crm, [table("typed")], config)
    days_pass(config)
    assert extract.pull(crm, [table("typed")], config).filled == {}
