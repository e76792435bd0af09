"""What the doctor says of tables that do not fit the company: the same grade for all, unknown words, domains, costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadwright import warehouse
from leadwright.connectors.base import Finding
from leadwright.operate import unfitting
from leadwright.rules.cells import Column
from leadwright.rules.files import RuleFile
from leadwright.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("LEADWRIGHT_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    return Settings(home=tmp_path / "home")


def found(settings: Settings, **marts: str) -> dict[str, Finding]:
    """What is said of a warehouse with these marts, by what it is about."""
    settings.make_home()
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("create schema if not exists marts")
        for name, rows in marts.items():
            db.execute(f"create or replace table marts.{name} as {rows}")
        return {finding.check: finding for finding in unfitting.findings(db, settings)}


def grades(*open_leads: int) -> str:
    rows = ", ".join(
        f"('{grade}', {n + 1}, {count})"
        for n, (grade, count) in enumerate(zip("ABC", open_leads, strict=True))
    )
    return f"from (values {rows}) t(grade, place, open_lead_count)"


RULES = (
    "from (values ('title', 'job_title', 0, 0), ('size', 'employee_count', 0, 0), ('old', 'employee_count', 0, 0), "
    "('replied', 'email_replied', 0, 5), ('known', 'has_email', 40, 40)) t(rule_id, feature, lead_count, known_count)"
)


def test_nothing_is_said_before_the_first_build(settings: Settings) -> None:
    assert found(settings) == {}


def test_one_grade_for_all_open_leads_is_a_fault_that_names_what_no_lead_has(settings: Settings) -> None:
    finding = found(settings, rpt_grade_totals=grades(0, 0, 1250), rpt_score_rules=RULES)["grades"]
    assert not finding.ok
    assert "all 1,250 open leads are C" in finding.detail
    assert "4 of 5 rules of fit and intent hold for no lead" in finding.detail
    assert finding.detail.endswith("No lead has employee_count, job_title.")
    assert "score_rules.csv" in finding.fix and "leadwright fields" in finding.fix


@pytest.mark.parametrize("open_leads", [(1, 0, 1250), (0, 0, 19), (0, 0, 0)])
def test_grades_that_differ_or_are_of_a_few_leads_are_no_fault(
    settings: Settings, open_leads: tuple[int, ...]
) -> None:
    assert "grades" not in found(settings, rpt_grade_totals=grades(*open_leads), rpt_score_rules=RULES)


def test_an_unknown_word_is_told_as_the_row_that_says_what_it_means_begins(settings: Settings) -> None:
    rows = "from (values ('salesforce', 'Status', 'Neu', 790)) t(crm, field, value, lead_count)"
    finding = found(settings, rpt_unknown_stages=rows)["stages"]
    assert not finding.ok
    assert "salesforce,Status,Neu (790 leads)" in finding.detail
    assert "leadwright rules own lead_stages" in finding.fix
    assert "salesforce,Status,Neu,disqualified,not_said," in finding.fix


def test_a_domain_of_many_people_is_named(settings: Settings) -> None:
    finding = found(settings, rpt_crowded_domains="select 'provider.example' as domain, 1251 as lead_count")[
        "domains"
    ]
    assert finding.ok
    assert "provider.example (1,251)" in finding.detail
    assert "free_mail_domains" in finding.detail


def test_words_that_no_list_knows_are_told_by_their_list(settings: Settings) -> None:
    rows = (
        "from (values ('job_title', 'meister', 268), ('job_title', 'einkauf', 348)) t(kind, word, lead_count)"
    )
    finding = found(settings, rpt_unread_words=rows)["words"]
    assert finding.ok
    assert finding.detail.startswith("job titles that job_titles.csv does not know")
    assert "einkauf (348), meister (268)" in finding.detail


def test_an_own_field_that_cannot_be_read_is_a_fault_without_its_value(settings: Settings) -> None:
    rows = (
        "select 'hubspot' as crm, 'contacts' as object, 'termin' as field, 'date' as type, 40 as value_count, "
        "12 as unread_count, '31.12.2026' as example"
    )
    finding = found(settings, rpt_unread_own_values=rows)["own fields"]
    assert not finding.ok
    assert "hubspot contacts.termin, of the type date in fields.csv: 12 of 40 values" in finding.detail
    assert "31.12.2026" not in finding.detail + finding.fix


def test_a_cost_that_counts_for_no_lead_is_a_fault(settings: Settings) -> None:
    rows = (
        "select 'piad_search' as lead_source, null::varchar as campaign, date '2026-05-01' as month, "
        "'unknown_source' as problem union all select 'paid_search', null, date '2026-05-01', null"
    )
    finding = found(settings, rpt_costs=rows)["costs"]
    assert not finding.ok
    assert (
        finding.detail
        == "costs.csv, 2026-05: piad_search: no lead has that source; the row counts for no lead"
    )


def table(folder: Path, name: str, rows: str = "") -> RuleFile:
    path = folder / f"{name}.csv"
    path.write_text(f"email_pattern\n{rows}")
    return RuleFile(name, path, [Column("email_pattern", "string")])


def test_that_nobody_takes_leads_is_said_before_the_first_run(settings: Settings, tmp_path: Path) -> None:
    tables = [
        table(tmp_path, "routing_pool"),
        table(tmp_path, "routing_fallback"),
        table(tmp_path, "plays", "x\n"),
    ]
    (finding,) = unfitting.nobody_yet(tables, settings)
    assert finding.ok and "routing_pool.csv" in finding.detail
    assert not list(unfitting.nobody_yet(tables, settings.model_copy(update={"write_owners": False})))
    tables[1] = table(tmp_path, "routing_fallback", "ana@x.example\n")
    assert not list(unfitting.nobody_yet(tables, settings))


def test_of_a_champions_grades_no_rule_is_to_blame(settings: Settings) -> None:
    champion = "select 'm' as model_id, true as is_champion"
    finding = found(
        settings, rpt_grade_totals=grades(0, 0, 1250), rpt_score_rules=RULES, rpt_models=champion
    )["grades"]
    assert not finding.ok and "the model that makes the score" in finding.detail
    assert "rules of fit" not in finding.detail and "model rollback" in finding.fix
