"""People who share no address are joined by the linkage, stay joined, and come apart again when a person says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadwright.connectors.errors import ConfigError
from leadwright.linkage.people import link_people
from leadwright.settings import Settings
from leadwright_sandbox.population import generate
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.workspaces import whole

LEADS = 400
_PEOPLE = "+int_identity__records int_identity__lead_ids fct_identity_decisions dim_lead_ids"
_SAME = "select record_key, lead_id from intermediate.int_identity__records order by all"
_MOVED = "select record_key, lead_id, previous_lead_id, probability from marts.fct_identity_decisions"


def test_linking_before_the_first_build_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="run `leadwright run`"):
        link_people(Settings(home=tmp_path))


def test_people_are_joined_stay_joined_and_come_apart_again(tmp_path: Path) -> None:
    workspace = whole(tmp_path / "workspace")
    crm = DbtWarehouse(tmp_path / "home", workspace)
    crm.add_population(LEADS)
    crm.build()
    before = dict(crm.rows(_SAME))

    linked = link_people(crm.settings)
    assert linked.records == crm.rows("select count(*) from intermediate.int_accounts__linkage_records")[0][0]
    crm.transform.build(select=_PEOPLE, as_of=NOW)
    joined = dict(crm.rows(_SAME))
    moves = crm.rows(f"{_MOVED} where method = 'merge' and reason = 'linkage' order by all")
    assert moves
    assert {key for key in before if joined[key] != before[key]} >= {key for key, *_ in moves}
    assert set(joined.values()) < set(before.values()), "nobody gets a new id"
    assert min(probability for *_, probability in moves) >= 0.99
    person = _person_of_record()
    for key, lead, *_ in moves:
        colleagues = {person[k] for k in person if joined.get(k) == lead}
        assert colleagues == {person[key]}, "the records of one lead are one person's"
    lead_ids = dict(crm.rows("select lead_id, current_lead_id from marts.dim_lead_ids"))
    assert all(lead_ids[previous] == lead for _, lead, previous, _ in moves)

    crm.execute("delete from ops.identity_links")
    crm.transform.build(select=_PEOPLE, as_of=NOW)
    assert dict(crm.rows(_SAME)) == joined, "a link that is not found again tears nobody apart"

    previous = moves[0][2]
    apart = [k for k, old in before.items() if old == previous]
    rows = [",".join([*k.split(":"), "somebody", "not the same person"]) for k in apart]
    splits = workspace / "rules" / "identity_splits.csv"
    splits.write_text("\n".join([splits.read_text().strip(), *rows]) + "\n")
    crm.transform.build(select=_PEOPLE, as_of=NOW)
    again = dict(crm.rows(_SAME))
    assert {again[k] for k in apart} == {previous}, "each goes back to the lead from before"
    assert {k: v for k, v in again.items() if k not in apart} == {
        k: v for k, v in joined.items() if k not in apart
    }
    assert crm.rows(f"select is_merged from marts.dim_lead_ids where lead_id = '{previous}'") == [(False,)]


def _person_of_record() -> dict[str, str]:
    person = {}
    for row in generate(7, LEADS, NOW).truth:
        for crm, ids in (
            ("hubspot:contacts", row["hubspot_ids"]),
            ("salesforce:leads", row["salesforce_ids"]),
        ):
            person.update({f"{crm}:{i}": str(row["person_id"]) for i in str(ids or "").split(";") if i})
    return person
