"""Two HubSpot portals in one warehouse, from end to end: each is read and written by its own token."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from leadwright import connectors
from tests.installation import AS_OF, Installation, Sandbox
from tests.integration.test_two_accounts import ROW, workspace_with

Start = Callable[..., Sandbox]


def test_both_portals_show_the_scores_of_their_people_and_nothing_is_sent_twice(
    start_sandbox: Start, tmp_path: Path, prefect_home: Path, prefect_api: dict[str, str]
) -> None:
    common = ("--leads", "40", "--now", AS_OF, "--no-limits", "--control")
    one, emea = start_sandbox(*common, "--seed", "21"), start_sandbox(*common, "--seed", "22")
    hubspot = {f"LEADWRIGHT_HUBSPOT_EMEA_{n}".upper(): str(v) for n, v in emea.credentials("hubspot").items()}
    none = dict.fromkeys((n for n in one.environment() if "SALESFORCE" in n), "")
    home = tmp_path / "home"
    installation = Installation(
        home, prefect_home, one, {**prefect_api, **none, **hubspot}, workspace_with(tmp_path, ROW)
    )
    first = installation.json("run")
    assert first["pulled"].keys() == {"hubspot", "hubspot_emea"}
    contacts = [f"sync_hubspot__contacts{account}" for account in ("", " of hubspot_emea")]
    for name in contacts:
        written = first["written"][name]
        assert written["planned"] == written["accepted"] > 20, name
    scores = {
        (row["crm"], row["record_id"]): row["score"]
        for row in installation.marts(
            "select crm, record_id, score from marts.dim_crm_records join marts.fct_lead_scores using (lead_id)"
        )
    }
    assert {crm for crm, _ in scores} == {"hubspot", "hubspot_emea"}
    for crm, portal in (("hubspot", one), ("hubspot_emea", emea)):
        connector = connectors.connect("hubspot", portal.credentials("hubspot"))
        batches = list(connector.pull("contacts", ["leadwright_score"], None))
        shown = {
            row["hs_object_id"]: row["leadwright_score"] for batch in batches for row in batch.to_pylist()
        }
        assert {key: int(shown[key]) for name, key in scores if name == crm} == {
            key: score for (name, key), score in scores.items() if name == crm
        }
    again = installation.json("run")
    assert {name: again["written"][name]["planned"] for name in contacts} == dict.fromkeys(contacts, 0)
    said = installation.command("doctor", check=False).stdout
    assert "hubspot_emea" in said
