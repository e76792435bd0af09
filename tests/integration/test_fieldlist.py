"""`leadwright fields`: what a person sees of a CRM's fields before choosing one for fields.csv."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from leadwright.connectors.base import Change, FieldSpec
from leadwright.pull import fieldlist
from tests.conftest import Sandbox
from tests.installation import AS_OF, Installation

_OWN = {"hubspot": ("contacts", "treatment"), "salesforce": ("Lead", "Treatment__c")}
_PERSONAL = {"hubspot": "email", "salesforce": "Email"}


@pytest.fixture(scope="module")
def installation(
    start_sandbox: Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    folder = tmp_path_factory.mktemp("fields")
    crm = start_sandbox("--leads", "40", "--seed", "9", "--now", AS_OF, "--no-limits", "--control")
    return Installation(folder / "home", folder / "prefect", crm)


@pytest.mark.parametrize("crm", _OWN)
def test_a_field_of_the_company_s_own_comes_first_with_what_stands_in_it(
    installation: Installation, crm: str
) -> None:
    object_name, own = _OWN[crm]
    connector = installation.connector(crm)
    spec = FieldSpec(own, "Treatment", "picklist", options=("Implant", "Veneer"))
    connector.ensure_fields(object_name, [spec])
    (key,) = connector.shape(object_name).key
    gone = ("archived", "IsDeleted", "IsConverted")
    wanted = [name for name in gone if name[0].isupper() == (crm == "salesforce")]
    rows = [r for b in connector.pull(object_name, wanted, None) for r in b.to_pylist()]
    live = [row[key] for row in rows if all(row.get(name) != "true" for name in gone)]
    chosen = {i: "Implant" if n < 6 else "Veneer" for n, i in enumerate(live[:9])}
    list(connector.push(object_name, [Change(i, {own: value}) for i, value in chosen.items()]))

    found = installation.json("fields", crm, object_name)["fields"]
    assert found[0]["name"] == own
    assert found[0]["is_custom"] and found[0]["type"] == "picklist"
    assert found[0]["commonest"] == [["Implant", 6], ["Veneer", 3]]
    there = [row for row in rows if all(row.get(name) != "true" for name in ("archived", "IsDeleted"))]
    assert found[0]["share"] == pytest.approx(9 / len(there)), "converted leads are looked at too"
    by_name = {field["name"]: field for field in found}
    assert by_name[_PERSONAL[crm]]["use"] == "pulled"
    assert by_name[_PERSONAL[crm]]["commonest"] == [], "who somebody is, is shown to nobody"
    assert own in installation.command("fields", crm, object_name).stdout


def test_what_is_no_object_of_people_is_said_with_the_choices(installation: Installation) -> None:
    failed = installation.command("fields", "hubspot", "deals", check=False)
    assert failed.returncode == 2
    assert "one of: companies, contacts" in failed.stderr.replace(
        "contacts, companies", "companies, contacts"
    )


def test_few_records_with_all_different_values_show_no_values() -> None:
    assert fieldlist._commonest("note", [f"text {n}" for n in range(30)]) == ()
    assert fieldlist._commonest("plan", ["gold"] * 3 + ["silver"]) == (("gold", 3), ("silver", 1))


def test_which_fields_a_crm_calculates_is_known(installation: Installation) -> None:
    formula = {"object": "Lead", "name": "Length__c", "type": "double", "formula": "length({LastName})"}
    httpx.put(f"{installation.crm['control']['url']}/salesforce/fields", json=formula).raise_for_status()
    for crm, object_name, calculated, typed in (
        ("hubspot", "contacts", "num_conversion_events", "city"),
        ("salesforce", "Lead", "Length__c", "City"),
    ):
        told = {i.name: i.is_calculated for i in installation.connector(crm).fields(object_name)}
        assert (told[calculated], told[typed]) == (True, False)
