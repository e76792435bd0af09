"""Grades are rows: one that is renamed and one that is added reach reports, colours, routing and CRMs without code."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from leadwright import warehouse
from leadwright.dashboards import charts, data
from leadwright.transform import publication
from tests.dbt_warehouse import DbtWarehouse
from tests.workspaces import whole

GRADES = ["A1", "A2", "Warm", "Cold"]


def _edit(file: Path, change: dict[str, dict[str, str]], key: tuple[str, ...]) -> None:
    """Change cells of the rows that `key` names, as text with | between the parts of a key; add rows not there."""
    with file.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    by_key = {"|".join(row[part] for part in key): row for row in rows}
    for name, cells in change.items():
        if name in by_key:
            by_key[name].update(cells)
        else:
            rows.append({**dict.fromkeys(rows[0], ""), **cells})
    with file.open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    """A population graded by four grades: Hot is called A1, and A2 stands between it and Warm."""
    folder = tmp_path_factory.mktemp("grades")
    seeds = whole(folder / "workspace") / "rules"
    added = {"grade": "A2", "place": "2", "stands_for": "best", "colour": "#00AA77", "load_weight": "2.5"}
    scale = {"Hot": {"grade": "A1", "formerly": "Hot"}, "Warm": {"place": "3"}, "Cold": {"place": "4"}}
    _edit(seeds / "grade_scale.csv", {**scale, "A2": added}, ("grade",))
    _edit(seeds / "grades.csv", {"high|high": {"grade": "A1"}}, ("fit_band", "intent_band"))
    _edit(seeds / "grades.csv", {"medium|high": {"grade": "A2"}}, ("fit_band", "intent_band"))
    _edit(seeds / "account_grades.csv", {"high": {"grade": "A1"}}, ("account_band",))
    for name in ("next_actions", "routing_rules"):
        file = seeds / f"{name}.csv"
        file.write_text(file.read_text(encoding="utf-8").replace(",Hot,", ",A1,"), encoding="utf-8")
    made = DbtWarehouse(folder / "home", seeds.parent)
    made.add_population(300, seed=5)
    made.execute(
        "update raw_hubspot.contacts set leadwright_grade_override = 'Hot' "
        "where hs_object_id = (select min(hs_object_id) from raw_hubspot.contacts)"
    )
    assert made.transform.rule_faults() == []
    made.build()
    return made


def test_reports_and_dashboards_know_the_grades_of_the_rows(built: DbtWarehouse) -> None:
    shown = "select grade, lead_count from marts.rpt_grade_totals order by place"
    leads = dict(built.rows("select grade, count(*) from marts.fct_lead_scores group by grade"))
    assert [grade for grade, _ in built.rows(shown)] == GRADES
    assert {grade: n for grade, n in built.rows(shown) if n} == leads
    assert leads["A1"] and leads["A2"]
    publication.publish(built.settings.warehouse_file, built.settings.serving_file, 5)
    overview = data.read_overview(built.settings)
    weeks = charts.by_grade(overview.weeks, overview.weekly_grades, overview.scale)
    assert int(weeks[GRADES].sum().sum()) == int(overview.weeks["lead_count"].sum())
    drawn = charts.weekly_leads(charts.unbroken(weeks), overview.scale).to_dict()
    scale = drawn["encoding"]["color"]["scale"]
    assert dict(zip(scale["domain"], scale["range"], strict=True))["A2"] == "#00AA77"
    assert data.read_grade_colours(built.settings).keys() == set(GRADES)


def test_the_figures_of_the_score_take_each_grade_for_what_its_row_says(built: DbtWarehouse) -> None:
    (said,) = built.rows("select numerator, denominator from marts.rpt_kpis where kpi_id = 'false_alarms'")
    counted = built.rows(
        "select count(*) filter (not is_sql), count(*) from intermediate.int_scoring__outcomes "
        "where grade in ('A1', 'A2')"
    )
    assert said == counted[0] and said[1]
    assert built.rows("select distinct grade from marts.rpt_score_misses where kind = 'false alarm'")


def test_leads_of_a_new_grade_are_shared_out_by_its_weight(built: DbtWarehouse) -> None:
    of_grade = "select lead_id from marts.fct_lead_scores where grade = 'A2'"
    asked = built.rows(
        f"select distinct lead_weight from intermediate.int_routing__queue where lead_id in ({of_grade})"
    )
    assert [float(weight) for (weight,) in asked] == [2.5]
    given = f"select count(*) from intermediate.int_routing__routed_leads where lead_id in ({of_grade})"
    assert built.rows(given)[0][0] > 0


def test_crms_offer_the_grades_of_the_rows(built: DbtWarehouse) -> None:
    fields = [field for model in built.transform.sync_models() for field in model.owned]
    grades = {field.name: field.options for field in fields if field.label.startswith("Leadwright grade")}
    picklists = {name: options for name, options in grades.items() if options}
    assert len(picklists) == 4
    assert {frozenset(options) for options in picklists.values()} == {frozenset(GRADES)}
    assert built.rows(
        "select distinct leadwright_grade from sync.sync_hubspot__contacts where leadwright_grade = 'A2'"
    )


def test_what_a_person_set_under_an_earlier_name_still_counts(built: DbtWarehouse) -> None:
    assert built.rows(
        "select override_grade from marts.fct_lead_scores where override_grade is not null"
    ) == [("A1",)]


def test_no_model_says_hot_any_more(built: DbtWarehouse) -> None:
    columns = built.rows(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_schema in ('intermediate', 'marts', 'sync') and data_type = 'VARCHAR' "
        "and column_name not like 'before%'"
    )
    with warehouse.writer(built.settings.warehouse_file, 5) as db:
        found = [
            (schema, table, column)
            for schema, table, column in columns
            if db.execute(f"select 1 from {schema}.{table} where \"{column}\" = 'Hot' limit 1").fetchall()
        ]
    assert found == [("intermediate", "int_scoring__grade_names", "name")]
