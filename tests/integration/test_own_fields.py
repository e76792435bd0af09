"""Fields of a company's own: a row in fields.csv, and they are scored, grouped, routed and remembered as traits are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from leadwright.learn.examples import Examples, Known, Outcome
from leadwright.learn.leaks import readings
from leadwright.trials import differences
from tests.dbt_grains import GRAINS
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.workspaces import DEMO

FIELDS = """source,object,field,feature,type,known_when,description
hubspot,contacts,treatment,treatment,picklist,capture,What was asked for
salesforce,Lead,Treatment__c,treatment,picklist,capture,What was asked for
hubspot,companies,seats,seats,number,capture,Seats of the contract
salesforce,Account,Seats__c,seats,number,capture,Seats of the contract
hubspot,contacts,contract_end,contract_end,date,capture,Last day of the contract
salesforce,Lead,Contract_End__c,contract_end,date,capture,Last day of the contract
hubspot,contacts,lost_why,lost_why,text,seen,Filled in after the outcome
hubspot,contacts,wants,wants,multi_select,capture,Products of interest
"""
_SCORES = """
treatment_implant,fit,answers,treatment,in,implant|veneer,4,,,,Wants an implant,Costs most
seats_many,fit,answers,seats,gte,100,3,,,,A hundred seats or more,Large contract
contract_ends,intent,stated_timing,contract_end,between,-90|0,8,,,,Contract ends within 90 days,Decides anew
why_known,fit,answers,lost_why,exists,,2,,,,Says why,Only to be seen from then on
wants_two,intent,content,wants,contains_word,whitening,2,,,,Wants whitening,One of several
"""
_SEGMENTS = "implants,1,treatment,equals,implant,Implants,Own field\n"
_ROUTES = "5,implants,,treatment,equals,implant,italian,Who knows implants\n"


def _workspace(folder: Path) -> Path:
    made = shutil.copytree(DEMO, folder / "workspace")
    (made / "fields.csv").write_text(FIELDS)
    for name, rows in (("score_rules", _SCORES.lstrip()), ("segments", _SEGMENTS)):
        with (made / "rules" / f"{name}.csv").open("a") as table:
            table.write(rows)
    routes = made / "rules" / "routing_rules.csv"
    header, *others = routes.read_text().splitlines(keepends=True)
    routes.write_text("".join([header, _ROUTES, *others]))
    return made


def _say(made: DbtWarehouse, treatment: str) -> None:
    day = f"{NOW + timedelta(days=30):%Y-%m-%d}"
    made.execute(
        f"update raw_hubspot.contacts set treatment = '{treatment}', contract_end = '{day}', "
        "wants = 'cleaning;whitening' where hash(hs_object_id) % 3 = 0; "
        f'update raw_salesforce."Lead" set "Treatment__c" = \'Braces\', "Contract_End__c" = \'{day}\' '
        'where hash("Id") % 3 = 0; '
        "update raw_hubspot.companies set seats = case when hash(hs_object_id) % 2 = 0 then '120' else 'some' end"
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtWarehouse]:
    folder = tmp_path_factory.mktemp("own")
    made = DbtWarehouse(folder / "home", _workspace(folder))
    assert made.transform.rule_faults() == []
    made.add_population(150, seed=4)
    _say(made, "Implant")
    made.build(moments=[NOW - timedelta(days=40)])
    yield made


def _hits(made: DbtWarehouse, rule: str) -> set[str]:
    found = made.rows(f"select lead_id from marts.fct_lead_score_contributions where rule_id = '{rule}'")
    return {lead for (lead,) in found}


def _saying(made: DbtWarehouse, feature: str, condition: str) -> set[str]:
    found = made.rows(
        f"select lead_id from intermediate.int_scoring__own_values where feature = '{feature}' and {condition}"
    )
    return {lead for (lead,) in found}


def test_no_join_multiplies_rows(built: DbtWarehouse) -> None:
    built.transform.build_examples([NOW.replace(day=1, hour=0)], NOW)
    schemas = {node.name: node.schema for node in built.transform.manifest().nodes.values()}
    for model, key in ((m, k) for m, k in GRAINS.items() if "_own_" in m):
        columns = ", ".join(key.split())
        counts = f"select count(*) as n from {schemas[model]}.{model} group by {columns}"
        assert built.rows(f"select count(*) > 0, max(n) from ({counts})") == [(True, 1)], model


def test_each_type_counts_in_the_score(built: DbtWarehouse) -> None:
    for rule, feature, condition in (
        ("treatment_implant", "treatment", "lower(value) = 'implant'"),
        ("seats_many", "seats", "value = '120.00'"),
        ("contract_ends", "contract_end", "true"),
        ("wants_two", "wants", "true"),
    ):
        says = _saying(built, feature, condition)
        assert says and _hits(built, rule) == says, rule
    assert not _hits(built, "why_known")


def test_it_makes_a_segment_and_a_route(built: DbtWarehouse) -> None:
    says = _saying(built, "treatment", "lower(value) = 'implant'")
    members = built.rows("select lead_id from marts.fct_lead_segments where segment_id = 'implants'")
    assert {lead for (lead,) in members} == says
    routed = built.rows(
        "select owner_name, count(*) from marts.fct_lead_assignments where rule_id = 'implants' group by 1"
    )
    assert routed and {owner for owner, _ in routed} == {"Marco Bellini"}


def test_a_lead_in_both_crms_has_what_the_record_says_that_is_believed_first(built: DbtWarehouse) -> None:
    both = built.rows(
        "select v.lead_id, v.crm from intermediate.int_scoring__own_values v where feature = 'treatment' "
        "and (select count(distinct r.crm) from unified.unified_own_values r join marts.dim_crm_records d "
        "using (record_key) where d.lead_id = v.lead_id and field in ('treatment', 'Treatment__c')) = 2"
    )
    assert {crm for _, crm in both} == {"salesforce"}


def test_a_field_that_was_never_pulled_can_be_tried(built: DbtWarehouse, tmp_path: Path) -> None:
    tried = shutil.copytree(built.settings.rules_folder, tmp_path / "tried")
    with (tried / "fields.csv").open("a") as fields:
        fields.write("hubspot,contacts,budget,own_budget,number,capture,Budget as a number\n")
    with (tried / "rules" / "score_rules.csv").open("a") as rules:
        rules.write("rich,fit,answers,own_budget,gte,1000,3,,,,Has a budget,Can pay\n")
    found = differences.diff("live", str(tried), built.settings)
    assert {(row["file"], row["row"]) for row in found["rows"]} >= {("score_rules.csv", "rich")}
    assert (found["rescored"], found["moved"]) == (0, 0)


def test_what_it_was_is_remembered_and_what_came_later_is_not_known_before(built: DbtWarehouse) -> None:
    then = _saying(built, "treatment", "lower(value) = 'implant'")
    built.execute(
        "update raw_hubspot.contacts set treatment = 'Veneer', lost_why = 'Too dear' where treatment is not null"
    )
    later = NOW + timedelta(days=1)
    built.build(later, moments=[NOW - timedelta(days=40), NOW])
    versions = built.rows(
        "select value, count(*) from memory.log_own_value_versions "
        "where feature = 'treatment' and version_number = 2 group by 1"
    )
    assert [value for value, _ in versions] == ["Veneer"]
    was = built.rows(
        "select lead_id from intermediate.int_scoring__own_features where feature = 'treatment' "
        f"and lower(text_value) = 'implant' and as_of = timestamp '{NOW:%Y-%m-%d %H:%M:%S}'"
    )
    assert {lead for (lead,) in was} >= then
    moments = built.rows(
        "select as_of, count(*) from intermediate.int_scoring__features where feature = 'lost_why' group by 1"
    )
    assert [as_of for as_of, _ in moments] == [later.replace(tzinfo=None)]


def test_what_leaks_are_seen_by_is_read(built: DbtWarehouse) -> None:
    """After the test before: `treatment` and `lost_why` have changed in the meantime."""
    later = (NOW + timedelta(days=1)).replace(tzinfo=None)
    texts, nobody = {"treatment", "lost_why"}, np.zeros(0)
    known = [
        Known(n, "fit", "", "unknown", n not in texts, True)
        for n in ("contract_end", "lost_why", "treatment")
    ]
    some = Examples(
        Outcome("sql_90", 90, "dated", later),
        known,
        *(nobody for _ in range(6)),
        {k.name: nobody for k in known},
        {name: [] for name in texts},
    )
    found = readings.read(built.settings, some)
    assert found.names["treatment"] == ["treatment", "Treatment__c", "What was asked for"]
    assert found.dates == {"contract_end"} and {"treatment", "job_title"} <= found.looked_at
    assert found.vocabulary.find("name", "Letzte Aktivität") and not found.answers
    now = found.now
    assert now and len(now.leads) == len(built.rows("select 1 from marts.dim_leads"))
    said = {name: np.flatnonzero(now.values[name] >= 0) for name in texts}
    assert set(now.leads[said["treatment"]]) == _saying(built, "treatment", "true")
    assert (now.watched >= 1).all() and np.nanmin(now.values["contract_end"]) < 0, "a day to come"
    for name, before in (("treatment", {"implant"}), ("lost_why", {None})):
        change = now.changes[name]
        assert set(change.places) <= set(said[name]) and len(change.places) and (change.days == 0).all()
        assert {some.words[name][n] if n >= 0 else None for n in change.before} == before
