"""What every connector must do, whatever its CRM. A new module in `connectors` is tested the day it appears."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from leadwright import connectors
from leadwright.connectors.base import Change, Checkable, Connector, FieldSpec, ObjectShape
from leadwright.connectors.batches import INSTANT
from leadwright.connectors.errors import AuthError, ConfigError
from tests.conftest import ROOT, Sandbox

FUTURE = datetime(2999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """What the suite must know of a CRM: an object to write to, two of its text fields, our own field,
    and how many rows one call takes."""

    object_name: str
    text_field: str
    other_field: str
    own: FieldSpec
    rows_per_call: int


CASES = {
    "hubspot": Case(
        "contacts", "jobtitle", "city", FieldSpec("leadwright_conformance", "Conformance", "number"), 100
    ),
    "salesforce": Case(
        "Lead", "Title", "City", FieldSpec("Leadwright_Conformance__c", "Conformance", "number"), 200
    ),
}


@cache
def tables(crm: str) -> dict[str, list[str]]:
    """The declared raw tables of `crm` with their columns."""
    folder = ROOT / "dbt_project" / "models" / "staging" / crm
    found: dict[str, list[str]] = {}
    for path in sorted(Path(folder).glob("*sources.yml")):
        for source in yaml.safe_load(path.read_text())["sources"]:
            found |= {t["name"]: [c["name"] for c in t["columns"]] for t in source["tables"]}
    return found


def objects() -> Iterator[Any]:
    for crm in connectors.available():
        for name in tables(crm):
            yield pytest.param(crm, name, id=f"{crm}-{name}")


@pytest.fixture(params=connectors.available())
def crm(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def case(crm: str) -> Case:
    assert crm in CASES, f"describe {crm} in CASES, so that the suite can write to it"
    return CASES[crm]


def connect(crm: str, sandbox: Sandbox) -> Connector:
    return connectors.connect(crm, sandbox.credentials(crm))


@pytest.fixture
def connector(crm: str, sandbox: Sandbox) -> Connector:
    return connect(crm, sandbox)


def read(connector: Connector, name: str, fields: list[str], since: datetime | None = None) -> pa.Table:
    return pa.Table.from_batches(list(connector.pull(name, fields, since)))


def records(connector: Connector, case: Case, fields: list[str]) -> dict[str, dict[str, Any]]:
    """Live records of the case's object that can be written, by id."""
    (key,) = connector.shape(case.object_name).key
    extra = ["IsDeleted", "IsConverted"] if connector.name == "salesforce" else []
    rows = read(connector, case.object_name, [*fields, *extra]).to_pylist()
    gone = ("archived", "IsDeleted", "IsConverted")
    return {row[key]: row for row in rows if all(row.get(name) != "true" for name in gone)}


def test_a_connector_says_what_it_is(crm: str, connector: Connector) -> None:
    assert connector.name == crm
    assert isinstance(connector, Checkable)
    assert tables(crm), f"declare the raw tables of {crm} as a dbt source"


@pytest.mark.parametrize(("crm", "name"), objects())
def test_every_declared_object_comes_as_declared(crm: str, name: str, sandbox: Sandbox) -> None:
    connector = connect(crm, sandbox)
    shape = connector.shape(name)
    batches = list(connector.pull(name, tables(crm)[name], None))
    assert batches
    schemas = {batch.schema for batch in batches}
    assert len(schemas) == 1
    schema = schemas.pop()
    assert set(schema.names) == set(tables(crm)[name])
    assert len(schema.names) == len(set(schema.names))
    assert {*shape.key, *shape.always} <= set(schema.names)
    for column in schema:
        assert column.type == (INSTANT if column.name == shape.cursor else pa.string()), column.name
    table = pa.Table.from_batches(batches)
    keys = list(zip(*[table.column(k).to_pylist() for k in shape.key], strict=True))
    assert len(keys) == len(set(keys))
    assert all(all(part for part in key) for key in keys)
    if shape.cursor:
        assert table.column(shape.cursor).null_count == 0
        assert shape.overlap >= timedelta(minutes=10), "every CRM may show a row late"
    assert all("" not in column.to_pylist() for column in table.columns)


@pytest.mark.parametrize(("crm", "name"), objects())
def test_nothing_new_is_a_batch_without_rows(crm: str, name: str, sandbox: Sandbox) -> None:
    connector = connect(crm, sandbox)
    if connector.shape(name).cursor is None:
        pytest.skip("always read whole")
    batches = list(connector.pull(name, tables(crm)[name], FUTURE))
    assert sum(batch.num_rows for batch in batches) == 0
    assert set(batches[0].schema.names) == set(tables(crm)[name])


@pytest.mark.parametrize(("crm", "name"), objects())
def test_since_brings_everything_changed_at_or_after_it(crm: str, name: str, sandbox: Sandbox) -> None:
    connector = connect(crm, sandbox)
    shape = connector.shape(name)
    if shape.cursor is None:
        pytest.skip("always read whole")
    before = moments(read(connector, name, []), shape)
    since = sorted(before.values())[len(before) // 2]
    found = moments(read(connector, name, [], since), shape)
    assert {key for key, at in before.items() if at >= since} <= set(found)
    assert all(at >= since - timedelta(seconds=1) for at in found.values())


def test_the_newest_change_alone(connector: Connector, case: Case) -> None:
    shape = connector.shape(case.object_name)
    before = moments(read(connector, case.object_name, []), shape)
    newest = max(before.values())
    found = moments(read(connector, case.object_name, [], newest), shape)
    assert {key for key, at in before.items() if at == newest} <= set(found)


def moments(table: pa.Table, shape: ObjectShape) -> dict[tuple[str, ...], datetime]:
    """When each row last changed, by its key."""
    keys = zip(*[table.column(name).to_pylist() for name in shape.key], strict=True)
    return dict(zip(keys, table.column(str(shape.cursor)).to_pylist(), strict=True))


def test_an_object_that_is_not_there(connector: Connector) -> None:
    with pytest.raises(ConfigError, match="unicorns"):
        connector.shape("unicorns")
    with pytest.raises(ConfigError, match="unicorns"):
        list(connector.pull("unicorns", [], None))


def test_fields_are_created_once(connector: Connector, case: Case) -> None:
    connector.ensure_fields(case.object_name, [case.own])
    assert connector.ensure_fields(case.object_name, [case.own]) == []


def test_a_write_is_there_when_it_is_read_back_and_only_once_counted(
    connector: Connector, case: Case
) -> None:
    connector.ensure_fields(case.object_name, [case.own])
    before = records(connector, case, [case.own.name])
    started = datetime.now(UTC) - timedelta(minutes=1)
    ids = sorted(before)[: case.rows_per_call + 5]
    assert len(ids) > case.rows_per_call
    outcomes = list(
        connector.push(case.object_name, [Change(i, {case.own.name: n}) for n, i in enumerate(ids)])
    )
    assert sorted(outcome.record_id for outcome in outcomes) == ids
    assert {outcome.status for outcome in outcomes} == {"accepted"}
    assert all(outcome.sent for outcome in outcomes)
    after = records(connector, case, [case.own.name])
    assert [float(after[i][case.own.name]) for i in ids] == [float(n) for n in range(len(ids))]
    cursor = str(connector.shape(case.object_name).cursor)
    assert all(after[i][cursor] >= started for i in ids)


def test_one_bad_row_stops_no_other(connector: Connector, case: Case) -> None:
    good = sorted(records(connector, case, []))[:3]
    absent = good[0][:-1] + ("0" if good[0][-1] != "0" else "1")
    absent = absent if absent not in records(connector, case, []) else "9" * len(absent)
    changes = [Change(i, {case.text_field: "Conformance"}) for i in [*good, absent]]
    fates = {outcome.record_id: outcome for outcome in connector.push(case.object_name, changes)}
    assert [fates[i].status for i in good] == ["accepted"] * 3
    assert (fates[absent].status, fates[absent].code) == ("skipped", "merged_or_deleted")
    assert fates[absent].message


def test_a_guarded_field_that_moved_is_left_alone(connector: Connector, case: Case) -> None:
    one, two, three = sorted(records(connector, case, []))[3:6]
    text, other = case.text_field, case.other_field
    list(connector.push(case.object_name, [Change(i, {text: "Person"}) for i in (one, two, three)]))
    changes = [
        Change(one, {text: "Ours", other: "Oslo"}, expected={text: "Person"}),
        Change(two, {text: "Ours", other: "Oslo"}, expected={text: "Somebody"}),
        Change(three, {text: "Ours"}, expected={text: None}),
    ]
    fates = {outcome.record_id: outcome for outcome in connector.push(case.object_name, changes)}
    assert fates[one].sent == {text: "Ours", other: "Oslo"}
    assert fates[two].sent == {other: "Oslo"}
    assert (fates[three].status, fates[three].code, fates[three].sent) == ("skipped", "changed_by_person", {})
    now = records(connector, case, [text, other])
    assert [now[i][text] for i in (one, two, three)] == ["Ours", "Person", "Person"]
    assert now[two][other] == "Oslo"


def test_none_clears_a_field(connector: Connector, case: Case) -> None:
    record_id = sorted(records(connector, case, []))[6]
    list(connector.push(case.object_name, [Change(record_id, {case.text_field: "x"})]))
    (outcome,) = connector.push(case.object_name, [Change(record_id, {case.text_field: None})])
    assert outcome.status == "accepted"
    assert records(connector, case, [case.text_field])[record_id][case.text_field] is None


def test_nothing_to_send_is_no_outcome(connector: Connector, case: Case) -> None:
    assert list(connector.push(case.object_name, [])) == []


def test_a_healthy_connection_has_no_complaint(connector: Connector, case: Case) -> None:
    findings = list(connector.check(tables(connector.name), {case.object_name: [case.own]}))
    assert findings
    assert [finding for finding in findings if not finding.ok] == []


def test_a_wrong_token_says_so_and_shows_no_token(crm: str, case: Case, sandbox: Sandbox) -> None:
    connector = connectors.connect(crm, {**sandbox.credentials(crm), "token": "wrong-but-secret"})
    with pytest.raises(AuthError) as caught:
        list(connector.pull(case.object_name, [], None))
    findings = list(connector.check({}, {}))
    assert any(not finding.ok and finding.fix for finding in findings)
    assert "wrong-but-secret" not in f"{caught.value} {findings}"


def test_an_address_where_nobody_answers(crm: str, sandbox: Sandbox) -> None:
    scheme = "https" if crm == "salesforce" else "http"
    connector = connectors.connect(crm, {**sandbox.credentials(crm), "url": f"{scheme}://127.0.0.1:9"})
    findings = list(connector.check({}, {}))
    assert [finding.ok for finding in findings] == [False]
    assert "cannot be reached at 127.0.0.1:9" in findings[0].detail
    assert f"LEADWRIGHT_{crm}_URL".upper() in findings[0].detail


def test_the_account_has_a_name_that_stays(crm: str, connector: Connector, sandbox: Sandbox) -> None:
    assert connector.account()
    assert connector.account() == connect(crm, sandbox).account()
