"""A row in fields.csv on a company that has run for a while: its values are there after the next run, for everybody."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx

from leadwright.connectors.base import Change, FieldSpec
from tests.installation import AS_OF, Installation, Sandbox
from tests.workspaces import DEMO

_KINDS = ("picklist", "date", "number")
_NAMES = {
    "hubspot": ("contacts", ("treatment", "contract_end", "seats")),
    "salesforce": ("Lead", ("Treatment__c", "Contract_End__c", "Seats__c")),
}
_TEXTS = {"hubspot": ("contacts", "city"), "salesforce": ("Lead", "City")}
_FEATURES = ("treatment", "contract_end", "seats")
_VALUES = ("Implant", "2026-07-20", 120)
_HEADER = "source,object,field,feature,type,known_when,description\n"
_DAY = 86_400


def _fill_in(installation: Installation, crm: str) -> list[str]:
    """Make the fields in the CRM and fill them in for its first six people; their ids."""
    object_name, names = _NAMES[crm]
    connector = installation.connector(crm)
    specs = [
        FieldSpec(name, name, kind, options=("Implant", "Veneer") if kind == "picklist" else ())
        for name, kind in zip(names, _KINDS, strict=True)
    ]
    connector.ensure_fields(object_name, specs)
    (key,) = connector.shape(object_name).key
    extra = [] if crm == "hubspot" else ["IsConverted", "IsDeleted"]
    rows = [row for batch in connector.pull(object_name, extra, None) for row in batch.to_pylist()]
    live = [r[key] for r in rows if "true" not in (r.get("archived"), *(r.get(name) for name in extra))]
    changes = [Change(record, dict(zip(names, _VALUES, strict=True))) for record in live[:6]]
    assert {outcome.status for outcome in connector.push(object_name, changes)} == {"accepted"}
    return live[:6]


def test_a_row_brings_the_present_values_of_all_records_and_rules_use_it(
    start_sandbox: Callable[..., Sandbox], tmp_path: Path, prefect_home: Path, prefect_api: dict[str, str]
) -> None:
    crm = start_sandbox("--leads", "40", "--seed", "8", "--now", AS_OF, "--no-limits", "--control")
    workspace = shutil.copytree(DEMO, tmp_path / "workspace")
    installation = Installation(tmp_path / "home", prefect_home, crm, dict(prefect_api), workspace)
    filled = {name: _fill_in(installation, name) for name in _NAMES}
    installation.command("run")
    # A pull begins some minutes before the newest change that was seen, which is all that the run wrote. So one record
    # changes a day later, and is the only one that is pulled again.
    httpx.post(f"{crm['control']['url']}/clock", json={"advance": _DAY}, timeout=60).raise_for_status()
    for name, (object_name, text) in _TEXTS.items():
        changes = [Change(filled[name][0], {text: "Changed"})]
        assert [o.status for o in installation.connector(name).push(object_name, changes)] == ["accepted"]
    installation.command("ingest")

    with (workspace / "fields.csv").open("w") as fields:
        fields.write(_HEADER)
        for name, (object_name, columns) in _NAMES.items():
            for column, feature, kind in zip(columns, _FEATURES, _KINDS, strict=True):
                fields.write(f"{name},{object_name},{column},{feature},{kind},capture,Our own\n")
    with (workspace / "rules" / "score_rules.csv").open("a") as rules:
        rules.write("implant,fit,answers,treatment,equals,implant,3,,,,Wants an implant,Costs most\n")
    with (workspace / "rules" / "segments.csv").open("a") as segments:
        segments.write("large,1,seats,gte,100,Large contracts,A hundred seats\n")
    routes = workspace / "rules" / "routing_rules.csv"
    header, *others = routes.read_text().splitlines(keepends=True)
    routes.write_text("".join([header, "5,ending,,contract_end,between,-90|0,italian,Ends soon\n", *others]))
    done = installation.json("run")

    for name, (object_name, columns) in _NAMES.items():
        assert done["pulled"][name][object_name] <= 1, "nothing was pulled that had not changed"
        shown = installation.rows(
            f'select "{columns[0]}" as kind, "{columns[1]}" as day, "{columns[2]}" as number, count(*) as n '
            f'from raw_{name}."{object_name}" where "{columns[0]}" is not null group by all'
        )
        assert [(r["kind"], r["day"], float(r["number"]), r["n"]) for r in shown] == [(*_VALUES, 6)]
    records = [record for ids in filled.values() for record in ids]
    listed = ", ".join(f"'{record}'" for record in records)
    leads = {
        row["lead_id"]
        for row in installation.marts(
            f"select lead_id from marts.dim_crm_records where record_id in ({listed})"
        )
    }
    assert len(leads) > 6
    for sql in (
        "select lead_id from marts.fct_lead_score_contributions where rule_id = 'implant'",
        "select lead_id from marts.fct_lead_segments where segment_id = 'large'",
    ):
        assert {row["lead_id"] for row in installation.marts(sql)} == leads, sql
    cut = "select distinct cut_value from marts.rpt_funnel_cohorts where cut = 'own:treatment'"
    assert installation.marts(cut) == [{"cut_value": "Implant"}]
    routed = "select count(*) as n from marts.fct_lead_assignments where rule_id = 'ending'"
    assert installation.marts(routed)[0]["n"] <= len(leads), "who has an owner keeps him"
