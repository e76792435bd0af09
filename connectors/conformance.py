"""What every connector must do, whatever its CRM: a suite for pytest, for connectors from elsewhere too.

A test module takes it whole and says what to try:

    from leadwright.connectors.conformance import *

    CASES = [Case("desk", reach=lambda request: {"token": "..."}, reads={"people": ["mail"]}, ...)]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from leadwright import connectors
from leadwright.connectors.base import Change, Checkable, Connector, Describable, FieldSpec, ObjectShape
from leadwright.connectors.batches import INSTANT
from leadwright.connectors.errors import AuthError, ConfigError

FUTURE = datetime(2999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """What the suite must know of a connector. It writes: never try it on a CRM that people work in.

    Attributes:
        name: of the connector.
        reach: gives credentials (field -> value), with pytest's request, through which it can ask for fixtures.
        reads: object -> the fields that are pulled; every object is read.
        object_name: one of these, which is written to.
        text_field, other_field: two of its text fields.
        own: a number field that may be created.
        rows_per_call: how many records one call takes at most.
        gone: its columns that say `true` of records which can be written no more.
        wrong: credentials that are refused; none where nothing is secret.
        nowhere: an address at which nobody answers; none where there are no addresses.
    """

    name: str
    reach: Callable[[pytest.FixtureRequest], Mapping[str, Any]]
    reads: Mapping[str, Sequence[str]]
    object_name: str
    text_field: str
    other_field: str
    own: FieldSpec
    rows_per_call: int
    gone: Sequence[str] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    nowhere: Mapping[str, str] = field(default_factory=dict)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try every case of the module, and each object where a test is about objects."""
    cases: Sequence[Case] = metafunc.module.CASES
    if "object_name" in metafunc.fixturenames:
        objects = [pytest.param(c, name, id=f"{c.name}-{name}") for c in cases for name in c.reads]
        metafunc.parametrize(("case", "object_name"), objects)
    elif "case" in metafunc.fixturenames:
        metafunc.parametrize("case", cases, ids=lambda case: case.name)


@pytest.fixture
def connector(case: Case, request: pytest.FixtureRequest) -> Connector:
    """The connector, connected."""
    return connectors.connect(case.name, case.reach(request))


def read(connector: Connector, name: str, fields: Sequence[str], since: datetime | None = None) -> pa.Table:
    return pa.Table.from_batches(list(connector.pull(name, fields, since)))


def records(connector: Connector, case: Case, fields: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Live records of the case's object that can be written, by id."""
    (key,) = connector.shape(case.object_name).key
    rows = read(connector, case.object_name, [*fields, *case.gone]).to_pylist()
    return {row[key]: row for row in rows if all(row[name] != "true" for name in case.gone)}


def test_a_connector_says_what_it_is(case: Case, connector: Connector) -> None:
    assert connector.name == case.name
    assert isinstance(connector, Checkable)
    assert case.reads


def test_every_declared_object_comes_as_declared(case: Case, object_name: str, connector: Connector) -> None:
    shape = connector.shape(object_name)
    batches = list(connector.pull(object_name, case.reads[object_name], None))
    assert batches
    schemas = {batch.schema for batch in batches}
    assert len(schemas) == 1
    schema = schemas.pop()
    assert set(schema.names) == set(case.reads[object_name])
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


def test_nothing_new_is_a_batch_without_rows(case: Case, object_name: str, connector: Connector) -> None:
    if connector.shape(object_name).cursor is None:
        pytest.skip("always read whole")
    batches = list(connector.pull(object_name, case.reads[object_name], FUTURE))
    assert sum(batch.num_rows for batch in batches) == 0
    assert set(batches[0].schema.names) == set(case.reads[object_name])


def test_since_brings_everything_changed_at_or_after_it(
    case: Case, object_name: str, connector: Connector
) -> None:
    shape = connector.shape(object_name)
    if shape.cursor is None:
        pytest.skip("always read whole")
    before = moments(read(connector, object_name, []), shape)
    since = sorted(before.values())[len(before) // 2]
    found = moments(read(connector, object_name, [], since), shape)
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
    findings = list(connector.check(case.reads, {case.object_name: [case.own]}))
    assert findings
    assert [finding for finding in findings if not finding.ok] == []


def test_wrong_credentials_are_said_to_be_and_not_shown(
    case: Case, connector: Connector, request: pytest.FixtureRequest
) -> None:
    if not case.wrong:
        pytest.skip("it has no secret")
    wrong = connectors.connect(case.name, {**case.reach(request), **case.wrong})
    with pytest.raises(AuthError) as caught:
        list(wrong.pull(case.object_name, [], None))
    findings = list(wrong.check({}, {}))
    assert any(not finding.ok and finding.fix for finding in findings)
    assert not any(secret in f"{caught.value} {findings}" for secret in case.wrong.values())


def test_an_address_where_nobody_answers(case: Case, request: pytest.FixtureRequest) -> None:
    if not case.nowhere:
        pytest.skip("it has no address")
    nowhere = connectors.connect(case.name, {**case.reach(request), **case.nowhere})
    findings = list(nowhere.check({}, {}))
    assert [finding.ok for finding in findings] == [False]
    assert "cannot be reached at" in findings[0].detail
    assert f"LEADWRIGHT_{case.name}_URL".upper() in findings[0].detail


def test_the_account_has_a_name_that_stays(
    case: Case, connector: Connector, request: pytest.FixtureRequest
) -> None:
    assert connector.account()
    assert connector.account() == connectors.connect(case.name, case.reach(request)).account()


def test_what_can_be_described_is(case: Case, connector: Connector) -> None:
    if not isinstance(connector, Describable):
        pytest.skip("it cannot list fields, and need not")
    infos = {info.name: info for info in connector.fields(case.object_name)}
    assert case.text_field in infos
    assert {info.type for info in infos.values()} <= {
        "text",
        "number",
        "date",
        "flag",
        "picklist",
        "multi_select",
    }
    rows = connector.sample(case.object_name, list(infos), 5)
    assert 0 < len(rows) <= 5
    assert {type(value) for row in rows for value in row.values()} <= {str, type(None)}
