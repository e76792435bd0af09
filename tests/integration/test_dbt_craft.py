"""How the dbt project is written: described, documented, without joins that multiply rows, in SQL of both engines."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leadwright.settings import Settings
from tests import built_warehouses, made_models
from tests.conftest import ROOT
from tests.dbt_grains import GRAINS
from tests.dbt_warehouse import NOW, DbtWarehouse

_MODELS = Settings().dbt_project / "models"
# What one engine has and the other has not, or reads in another way. A dispatched macro has both spellings.
_NOT_PORTABLE = {
    "qualify": r"\bqualify\b",
    "a cast with ::": r"::",
    "filter (where ...)": r"\bfilter\s*\(",
    "group by all, order by all": r"\bby\s+all\b",
    "select * except, exclude or replace": r"\*\s*(exclude|replace|except)\b",
    "a list, map or struct": (
        r"\b(list_\w+|array_\w+|struct_\w+|map_\w+|unnest|explode|flatten|collect_list|collect_set|string_agg|"
        r"group_concat|string_split|regexp_extract_all|generate_series|sequence)\s*\(|\blist\s*\(|\[\s*'"
    ),
    "a function of dates that one engine has": (
        r"\b(date_diff|datediff|date_add|dateadd|date_sub|date_part|strftime|strptime|epoch\w*|make_timestamp|"
        r"isodow|weekday|timezone|to_utc_timestamp|from_utc_timestamp|unix_timestamp|now|current_timestamp)\s*\("
    ),
    "a regular expression": r"\bregexp_\w+\s*\(|\brlike\b|\bsimilar to\b",
    "ilike": r"\bilike\b",
    "a division of decimals": r"/\s*\d+\.\d|\b\d+\.\d+\s*/",
    "a backslash in a text": r"'[^'\n]*\\[^'\n]*'",
    "a text or name in double quotes": r"^(?:[^'\"\n]|'[^'\n]*')*\"",
    "asof, positional or lateral join": r"\b(asof|positional|lateral)\b",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    """A population of 300, built."""
    return built_warehouses.of_people(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def documented(built: DbtWarehouse) -> Path:
    """The folder of the generated documentation, and of how fresh the sources are: all but one object of each CRM."""
    built.execute(
        "update ops.pulls set pulled_at = case when object in ('deals', 'Campaign') then now() - interval 2 day "
        "else now() - interval 2 hour end"
    )
    project, home = str(built.settings.dbt_project), built.settings.home
    where = ["--project-dir", project, "--profiles-dir", project, "--log-path", str(home / "logs")]
    dbt = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors"]
    for command in (["docs", "generate"], ["source", "freshness"]):
        done = subprocess.run(
            [*dbt, *command, *where, "--target-path", str(home / "docs")],
            env={**os.environ, "LEADWRIGHT_WAREHOUSE_FILE": str(built.settings.warehouse_file)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-4000:]
    return home / "docs"


def test_the_documentation_has_every_table_and_column_with_a_description(documented: Path) -> None:
    assert (documented / "index.html").stat().st_size > 0
    catalog, manifest = (
        json.loads((documented / name).read_text()) for name in ("catalog.json", "manifest.json")
    )
    assert catalog["errors"] is None
    described = {**manifest["nodes"], **manifest["sources"]}
    found = {**catalog["nodes"], **catalog["sources"]}
    assert len(found) > 100
    assert [bare for key, table in found.items() for bare in _undescribed(described[key], table)] == []


def _undescribed(node: dict[str, Any], table: dict[str, Any]) -> list[str]:
    texts = {name.lower(): column["description"] for name, column in node["columns"].items()}
    columns = [f"{node['name']}.{name}" for name in table["columns"] if not texts.get(name.lower())]
    return columns if node["description"] else [node["name"], *columns]


def test_every_model_says_what_names_one_of_its_rows(built: DbtWarehouse) -> None:
    nodes = built.transform.manifest().nodes.values()
    models = {node.unique_id: node.name for node in nodes if node.resource_type == "model"}
    tests = [node for node in nodes if getattr(node, "test_metadata", None)]
    by_test = {
        models[t.attached_node]
        for t in tests
        if t.test_metadata.name == "unique" and t.attached_node in models
    }
    assert len(by_test) > 30
    assert set(models.values()) - by_test - GRAINS.keys() == set(), (
        "add a `unique` test, or the key to dbt_grains.py"
    )
    assert GRAINS.keys() - (set(models.values()) - by_test) == set(), (
        "no model, or its yml names the key already"
    )


def test_every_date_that_is_read_is_looked_at_for_sense(built: DbtWarehouse) -> None:
    read = _read_in_staging(r"as_timestamp\('(\w+)'\)")
    assert len(read) > 30
    ours = {"leadwright_sla_due_at", "Leadwright_SLA_Due_At__c", "archived_at"}
    assert read - ours - _marked(built, "is_date", "implausible_dates") == set()


def test_every_number_that_people_write_is_told_where_it_cannot_be_read(built: DbtWarehouse) -> None:
    raw = {name: field for field, name in _read_in_staging(r"as_text\('(\w+)'\) \}\} as (\w+)")}
    read = {raw.get(name, name) for name in _read_in_staging(r"(?:stated_number|range_middle)\('(\w+)'\)")}
    assert len(read) > 6
    assert read - _marked(built, "is_number", "texts_of_numbers") == set()


def _read_in_staging(pattern: str) -> set[Any]:
    files = _MODELS.glob("staging/*/*.sql")
    return {field for file in files for field in re.findall(pattern, file.read_text())}


def _marked(built: DbtWarehouse, mark: str, kind: str) -> set[str]:
    """The fields that sources mark; each of their tables is named in the model of its system that looks at them."""
    marked = [
        (source, column.name)
        for source in built.transform.manifest().sources.values()
        for column in source.columns.values()
        if column.config.meta.get(mark)
    ]
    for source, field in marked:
        system = source.schema.removeprefix("raw_")
        model = (_MODELS / f"staging/{system}/stg_{system}__unified_{kind}.sql").read_text()
        assert f"'{source.name}'" in model, f"{field} of {source.name} is looked at by no model"
    return {field for _, field in marked}


@pytest.fixture(scope="module")
def lived(built: DbtWarehouse) -> DbtWarehouse:
    """The same after a second run, in which there is something of what a first run has not."""
    contact, other = (
        i for (i,) in built.rows("select hs_object_id from raw_hubspot.contacts order by 1 limit 2")
    )
    lead, twin = (i for (i,) in built.rows('select "Id" from raw_salesforce."Lead" order by 1 limit 2'))
    built.execute(
        "update raw_hubspot.contacts set leadwright_grade_override = case leadwright_grade when 'Hot' then 'Cold' "
        f"else 'Hot' end, hs_merged_object_ids = '1;2' where hs_object_id = '{contact}'; "
        "insert into ops.writes by name select 'hubspot' as crm, 'contacts' as object, 'accepted' as status, "
        f"'{other}' as record_id, '{{\"hubspot_owner_id\": \"0\"}}' as after_values, "
        "timestamptz '2026-01-01 00:00:00Z' as answered_at, answered_at as crm_updated_at, answered_at as sent_at; "
        "insert into ops.writes by name select 'salesforce' as crm, 'Lead' as object, 'accepted' as status, "
        f"'{lead}' as record_id, '{{\"OwnerId\": \"0\"}}' as after_values, "
        "timestamptz '2026-01-01 00:00:00Z' as answered_at, answered_at as crm_updated_at, answered_at as sent_at; "
        f'update raw_salesforce."Lead" set "IsDeleted" = \'true\', "MasterRecordId" = \'{lead}\' '
        f"where \"Id\" = '{twin}'; "
        "delete from memory.log_assignment_decisions where hash(lead_id) % 4 = 0; "
        "delete from memory.log_lead_assignment_alternatives; "
        "update raw_hubspot.calls set archived = 'true' where hash(hs_object_id) % 5 = 0; "
        "update raw_hubspot.emails set archived = 'true' where hash(hs_object_id) % 5 = 0; "
        'update raw_salesforce."User" set "IsActive" = \'false\' where "Email" like \'elise.garnier@%\'; '
        "update raw_hubspot.contacts set hs_lead_status = 'UNQUALIFIED', leadwright_rejected_because = 'No budget' "
        "where lifecyclestage = 'lead'; update raw_hubspot.contacts set leadwright_score_right = 'Too high', "
        "leadwright_lead_taken = case when hash(hs_object_id) % 2 = 0 then 'Accepted' else 'Rejected: not mine' end "
        'where hash(hs_object_id) % 3 = 0; update raw_salesforce."LeadHistory" set "Field" = '
        "'Leadwright_Lead_Taken__c', \"NewValue\" = 'Accepted' where \"Field\" = 'Status' and hash(\"Id\") % 3 = 0; "
        "update raw_hubspot.contacts set hs_lead_status = 'NOBODY_KNOWS' "
        f"where hs_object_id = '{other}'; update raw_salesforce.\"Campaign\" set \"EndDate\" = '9999-12-31'"
    )
    _undo_some_owners(built)
    built.garble()
    built.build(NOW + timedelta(hours=1), moments=[NOW - timedelta(days=100)])
    built.execute("update seeds.score_dimensions set threshold_kind = 'percentile' where dimension = 'fit'")
    built.transform.build(select="log_score_thresholds", as_of=NOW + timedelta(hours=1))
    _roll_out(built)
    _learn(built)
    _send_away(built)
    return built


def _learn(built: DbtWarehouse) -> None:
    """Make the examples of a month, what the rules say of them, and the scores of a model, which becomes champion."""
    made_models.add(built, NOW.isoformat())
    month = (NOW - timedelta(days=100)).replace(day=1, hour=0)
    built.transform.build_examples([month], NOW + timedelta(hours=1), with_rules=True)
    later = NOW + timedelta(hours=1)
    built.transform.build_model_scores(later)
    built.transform.build_backtests(later)
    built.execute(
        "insert into seeds.score_champions by name "
        f"select '{made_models.MODEL_ID}' as model_id, date '{NOW:%Y-%m-%d}' as valid_from; "
        f"update memory.log_score_judgements set model_id = '{made_models.MODEL_ID}', probability = 0.1"
    )
    of_champion = (
        "int_scoring__champions int_scoring__model_hits int_scoring__model_odds int_scoring__model_reasons"
    )
    built.transform.build(select=f"{of_champion} int_learning__foretold+", as_of=later, tests=False)


def _send_away(built: DbtWarehouse) -> None:
    """Let everybody leave for good, the first of them with a colleague who takes over."""
    built.execute(
        "insert into seeds.rep_leaves by name select email, date '2026-06-01' as first_on, "
        "case when email = min(email) over () then max(email) over () end as gives_to "
        "from marts.dim_reps where is_active and email is not null"
    )
    gone = "rep_availability earlier_decisions absences handovers owner_candidates"
    select = " ".join(f"int_routing__{model}" for model in gone.split())
    built.transform.build(select=select, as_of=NOW + timedelta(hours=2), tests=False)


def _roll_out(built: DbtWarehouse) -> None:
    """Begin a pilot, in which some leads are of the control group; what earlier runs drew is read by the next one."""
    built.execute(
        "insert into seeds.rollout by name select 'half' as rollout_id, 'pilot' as mode, 0.5 as share"
    )
    drawn = "int_routing__rollout log_rollout_groups int_writing__rollout int_writing__accounts_kept_back"
    for hours, models in (
        (1, drawn),
        (2, "int_routing__unseen_leads fct_rollout_leads rpt_rollout_groups rpt_rollout"),
    ):
        built.transform.build(select=models, as_of=NOW + timedelta(hours=hours), tests=False)


def _undo_some_owners(built: DbtWarehouse) -> None:
    """Note that owners of some leads were undone, and that somebody compared a field."""
    at = f"timestamptz '{NOW + timedelta(minutes=30)}'"
    built.execute(
        "create temp table picked as select r.record_id, a.owner_id from memory.log_assignment_decisions d "
        "join marts.dim_crm_records r using (lead_id) join marts.dim_rep_accounts a on a.rep_id = d.rep_id "
        "and a.crm = r.crm where r.crm = 'hubspot' and d.is_routed and not r.is_deleted; "
        "insert into ops.writes by name select 'u' as run_id, 'hubspot' as crm, 'contacts' as object, record_id, "
        f"'{{\"hubspot_owner_id\": null}}' as after_values, 'accepted' as status, {at} as answered_at from picked; "
        "insert into ops.undone by name select 'r' as run_id, 'u' as undo_run_id, 'hubspot' as crm, "
        f"'contacts' as object, record_id, 'hubspot_owner_id' as field, owner_id as value, {at} as undone_at "
        "from picked; "
        "insert into ops.reconciliations by name select 'hubspot' as crm, 'contacts' as object, "
        f"'hubspot_owner_id' as field, 9 as compared_count, 1 as differing_count, {at} as reconciled_at"
    )


def test_no_join_multiplies_rows(lived: DbtWarehouse) -> None:
    schemas = {node.name: node.schema for node in lived.transform.manifest().nodes.values()}
    more, empty = {}, set()
    for model, key in GRAINS.items():
        table, columns = f"{schemas[model]}.{model}", ", ".join(key.split()) or "true"
        # group by, not count(distinct): parts of a key may be null
        counts = f"select count(*) as n from {table} group by {columns}"
        groups, largest = lived.rows(f"select count(*), max(n) from ({counts})")[0]
        if groups == 0:
            empty.add(model)
        elif largest > 1:
            more[model] = largest
    assert more == {}
    # nobody was erased, no owner emptied and no field is the company's own here: test_erasure.py, the unit test of
    # int_routing__owner_emptyings and test_own_fields.py have them
    of_own_fields = {model for model in GRAINS if "_own_" in model}
    assert empty <= {"int_identity__erasures_due", "int_routing__owner_emptyings"} | of_own_fields


def test_the_catalogue_declares_what_models_compute_by_themselves(built: DbtWarehouse) -> None:
    seed = next(n for n in built.transform.manifest().nodes.values() if n.name == "feature_catalogue")
    computed = {feature for features in seed.config.meta["computed"].values() for feature in features}
    of_signals = "select feature from seeds.feature_catalogue where signal is not null"
    found = {
        f
        for (f,) in built.rows(
            f"select feature from intermediate.int_scoring__features where feature not in ({of_signals})"
        )
    }
    catalogue = {f for (f,) in built.rows("select feature from seeds.feature_catalogue where signal is null")}
    assert found <= computed == catalogue
    assert len(computed - found) < 12, "answers that nobody gave, and what only segments can look at"
    by_pattern = "select signal from seeds.signal_patterns"
    signals = built.rows(
        f"select distinct signal from intermediate.int_engagement__signals where signal not in ({by_pattern})"
    )
    assert {s for (s,) in signals} == set(seed.config.meta["signals"])


def test_a_description_begins_with_the_grain(documented: Path) -> None:
    nodes = json.loads((documented / "manifest.json").read_text())["nodes"].values()
    models = [node for node in nodes if node["resource_type"] in ("model", "seed")]
    assert [n["name"] for n in models if not n["description"].startswith("One row")] == []


def test_sources_of_records_have_a_freshness_and_exposures_name_their_models(documented: Path) -> None:
    manifest = json.loads((documented / "manifest.json").read_text())
    pulled = [s for s in manifest["sources"].values() if s["source_name"].startswith("raw_")]
    assert [s["name"] for s in pulled if not s["freshness"]["warn_after"]["count"]] == []
    results = json.loads((documented / "sources.json").read_text())["results"]
    assert len(results) == len(pulled) > 25
    late = {r["unique_id"].split(".")[-1] for r in results if r["status"] != "pass"}
    assert late == {"deals", "Campaign"}, "when it was pulled counts, and not when a record changed"
    named = {key.split(".")[-1] for e in manifest["exposures"].values() for key in e["depends_on"]["nodes"]}
    models = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    pages = "\n".join(file.read_text() for file in (ROOT / "dashboards").rglob("*.py"))
    read = models & set(re.findall(r"\b(?:dim|fct|rpt)_\w+", pages))
    written = {name for name in models if name.startswith("sync_")}
    assert len(read) > 5
    assert (read | written) - named == set()


def test_models_are_written_in_sql_that_both_engines_read() -> None:
    files = sorted(_MODELS.rglob("*.sql"))
    assert len(files) > 80
    slips = {f"{file.name}: {slip}" for file in files for slip in _slips(file.read_text())}
    assert slips == set()


def test_sql_of_one_engine_is_seen() -> None:
    assert _slips("select a::int from b qualify row_number() over () = 1") == {"qualify", "a cast with ::"}
    assert _slips("select 'x', \"a\" from b where c like '%\"owner\"%'") == {
        "a text or name in double quotes"
    }
    assert _slips("select a from b where c like '%\"owner\"%'") == set()
    assert _slips("select a / 60.0, b / 60, 1.0 / c from d") == {"a division of decimals"}
    assert _slips("select count(*) filter (where x) from a -- not: qualify") == {"filter (where ...)"}
    assert _slips("select {{ days_between('a', \"b\") }}, list(x) from a") == {"a list, map or struct"}
    assert _slips("select date_diff('day', a, b) from a where '\\n' = c") == {
        "a function of dates that one engine has",
        "a backslash in a text",
    }
    assert (
        _slips("select row_number() over (partition by a) as place from checklist (b) where x in ('a')")
        == set()
    )


def _slips(sql: str) -> set[str]:
    """What in a model one engine does not read as the other does; comments and Jinja left out."""
    plain = re.sub(r"--[^\n]*", " ", re.sub(r"(?s)\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", " ", sql))
    return {
        what
        for what, pattern in _NOT_PORTABLE.items()
        if re.search(pattern, plain, re.IGNORECASE | re.MULTILINE)
    }
