"""A broken rule file is refused with file, line, column and what is allowed, before anything moves."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from leadwright.connectors.errors import ConfigError
from leadwright.rules import checks
from leadwright.settings import Settings
from leadwright.transform.project import Transform
from tests import parsed_project
from tests.workspaces import whole

# file, line: cells that are changed => column of the fault: what is said
_PASSED_OVER = """
answer_fields 3: field=leadwright_budget & topic=budget => topic: is already on line 2
business_hours 2: closes_minute=540 => closes_minute: 540 is not after opens_minute, which is 540
business_hours 2: closes_minute=1500 => closes_minute: '1500' is not between 1 and 1440
buying_roles 5: job_level=vp => job_level: never reached: line 4 is tried before it
buying_roles 4: is_wanted=false => is_wanted: 'false' where line 3 says 'true' for the same role
calendars 2: region=Atlantis => region: 'Atlantis' is the region of no country; one of: Africa,
calendars 6: region=Africa => region: there is no row for 'an empty cell'; it is needed
calendars 2: calendar=arctic => calendar: there is no row for 'arctic' in business_hours.csv
calendars 2: time_zone=Mars/Phobos => time_zone: is not a time zone such as Europe/Berlin
company_domains 2: domain=www.acme.com => domain: is not a domain in lower case without www
company_domains 2: domain=ada@acme.com => domain: is not a domain in lower case without www
countries 3: time_zone=Asia/Tokyo => time_zone: where line 2 says 'America/New_York'
countries 3: spelling=US => spelling: 'US' is not in lower case, as texts are compared
feature_catalogue 2: feature=shoe_size => feature: no model computes 'shoe_size' as a feature of
feature_catalogue 2: decays=true => decays: only points for signals halve with age
feature_catalogue 2: window_days=7 => window_days: is not taken from signals; leave it empty
feature_catalogue 2: is_hand_raise=true => is_hand_raise: only a feature of the kind signal
feature_catalogue 26: signal=demo => signal: 'demo' is no signal; one of: *, call_received
feature_catalogue 26: window_days= => window_days: of the kind signal_window needs its days
feature_catalogue 26: measure=days_since => measure: not allowed for signal_window; one of: count
feature_catalogue 26: value_type=text => value_type: 'text' is not allowed for signal_window
feature_catalogue 26: window_days=0 => window_days: '0' is not 1 or more
follow_up_cadences 3: step=4 => step: '3' where 2 comes next for 'Call now'; count from 1
follow_up_cadences 3: after_days=1 => after_days: 1 is not after the step before
grades 2: play=Fly => play: 'Fly' is not in plays.csv (column play)
grade_scale 2: load_weight=0 => load_weight: '0' is not 0.01 or more
grade_scale 2: colour=red => colour: 'red' is not a colour such as #4A8DB7
grade_scale 3: place=1 => place: '1' is already on line 2
grade_shape 2: most_share=0.1 => most_share: '0.1' is below least_share, which is '0.15'
grades 2: grade=A1 => grade: 'A1' is not in grade_scale.csv (column grade)
grades 2: next_action=Ask {it} => next_action: '{it}' stands for nothing; only {question} is
job_titles 2: value=sales => value: 'sales' is not allowed for level; one of: c_level, vp
job_titles 3: word=stu\u200bdentin => word: nobody can see, zero width space (U+200B), after 'stu'
job_titles 3: word=Co-op => word: as they are compared; write 'co op'
job_titles 3: value=manager => priority: '10' is the priority of 'junior' already (line 2)
kpis 2: maturity_days= => maturity_days: a value is needed: lead_to_mql is known after some time
kpis 15: maturity_days=5 => maturity_days: qualified_pipeline is known at once; leave it empty
kpis 10: maturity_days=91 => maturity_days: '91' where missed_winners has '90' (line 9)
kpis 2: kpi_id=win_rate => kpi_id: 'win_rate' is not allowed; one of: lead_to_mql
lead_stages 2: field=Status => field: 'Status' is not allowed for hubspot; one of: lifecyclestage
lead_stages 2: reason_code=x => reason_code: 'x' is read for disqualified and recycled alone
lead_stages 17: reason_code= => reason_code: a value is needed for this stage; not_said where
lead_stages 18: stage=mql => stage: 'mql' is no stage of a sale; one of: opportunity
linkage_thresholds 2: least_probability=0.4 => least_probability: '0.4' is not 0.5 or more
next_actions 3: feature=has_bounced => feature: never reached: line 2 is tried before it
plays 3: without_email=Nurture => without_email: 'Nurture' needs e-mail itself; name a play
plays 3: without_email=Fly => without_email: 'Fly' is not in plays.csv (column play)
plays 6: without_request=Polite decline => without_request: 'Polite decline' needs a request itself
question_sets 3: place=1 => place: 'bant, 1' is already on line 2
rep_calendars 2: email_pattern=maya* => email_pattern: is not an e-mail address, *@domain, or *
rep_leaves 2: last_on=2026-04-12 => last_on: '2026-04-12' is below first_on, which is '2026-04-13'
rep_leaves 3: email=katrin.vogt@leadwright.example & first_on=2026-04-24 => first_on: overlap with those of line 2
role_addresses 2: local_part=info@ => local_part: is not the part of an address before the @
routing_fallback 2: email_pattern=*@acme.com => email_pattern: an e-mail address, or * for anybody
routing_policies 2: value=0 => value: '0' is not between 1 and 365
routing_policies 4: value=2 => value: '2' is not between 0 and 1
routing_pool 2: capacity=-1 => capacity: '-1' is not 0 or more
routing_rules 2: pool=germn => pool: 'germn' is not in routing_pool.csv (column pool)
routing_rules 2: pool=everyone => pool: everyone is the pool of leads that no rule fits
routing_rules 2: priority=1000000 => priority: '1000000' is not between 0 and 999999
routing_rules 8: value=ocenia => value: 'ocenia' is no value that the feature can have; one of:
score_dimensions 4: threshold_kind=percentile => threshold_kind: banded by points alone
score_dimensions 2: high_from=51 => high_from: '51' is above max_points, which is 50
score_dimensions 2: max_points=50.5 => max_points: '50.5' is no whole number, and scores are
score_dimensions 2: min_points=60 => max_points: '50' is below min_points, which is '60'
score_dimensions 2: threshold_kind=percentile & high_from=101 => high_from: '101' is no percentile from 0 to 100
score_groups 2: cap=-1 => cap: '-1' is not 0 or more
score_rules 3: value=c_level => valid_from: the days overlap with those of line 2
score_rules 3: value=vice => value: 'vice' is no value that the feature can have; one of: c_level
score_rules 13: operator=in & value=10|11 => operator: in compares texts, and the feature is
score_rules 13: operator=gte & value=1e3 => value: '1e3' is not a number such as 12
score_rules 16: value=e-commerce => value: compared without signs; write 'e commerce'
score_rules 22: operator=equals & value=true => operator: is a flag; use is_true
score_rules 26: points=-5 => points: a rule that disqualifies gives no points; write 0
score_rules 59: feature=employee_count => feature: is not known of an account
segments 4: label=Tech => label: 'Tech' where line 3 says 'Mid-market technology' for the same
signal_patterns 2: signal=country => signal: 'country' is a feature, but no signal
signal_patterns 3: word=demo call => word: never reached: line 2 is tried before it
stages 6: is_sal=false => is_sal: a stage with is_sql has been through is_sal too; write true
stages 2: stage=visitor => stage: 'visitor' is not allowed; one of: lead, recycled
costs 2: lead_source=Paid Search => lead_source: 'Paid Search' is not a source as reports spell it
costs 2: month=May-26 => month: 'May-26' is not a month such as 2026-05
costs 3: month=2026-04 => month: 'organic_search, , 2026-04' is already on line 2
costs 2: campaign=Fair => campaign: 'Fair' where lead_source says organic_search; a row is about one
costs 2: lead_source= => lead_source: a value is needed here or in campaign
costs 3: currency=USD => currency: 'USD' where line 2 says 'EUR' and all rows say the same
costs 2: currency=€ => currency: '€' is not a currency of three capital letters
costs 2: amount=1.234,50 => amount: '1.234,50' is not a number such as 12
targets 2: target=0.2 => target: '0.2' is no percentage such as 25%, as mql_to_sql needs
targets 2: target=120% => target: '120%' is no percentage such as 25%
targets 6: target=40% => target: '40%' is no number (money), as cost_per_sql needs
targets 3: valid_from= => valid_from: 'mql_to_sql, ' is already on line 2
targets 2: kpi_id=mql_to_sqls => kpi_id: 'mql_to_sqls' is not in kpis.csv
subject_patterns 21: word=re fwd => word: 're fwd' is more than one word
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Transform:
    """A workspace whose tables a test may break; parsed once, since the rules are read as they are."""
    folder = tmp_path_factory.mktemp("rules")
    settings = Settings(home=folder / "home", workspace=whole(folder / "workspace"))
    return Transform(settings, parsed_project.manifest())


@pytest.fixture
def seeds(project: Transform) -> Path:
    """The workspace's tables, as the demo has them."""
    workspace = project.settings.rules_folder
    shutil.rmtree(workspace)
    return whole(workspace) / "rules"


def edit(file: Path, line: int, column: str, value: str) -> None:
    with file.open(newline="") as text:
        rows = list(csv.reader(text))
    rows[line - 1][rows[0].index(column)] = value
    with file.open("w", newline="") as text:
        csv.writer(text).writerows(rows)


def test_the_rules_as_shipped_are_well_formed(project: Transform, seeds: Path) -> None:
    assert project.rule_faults() == []


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("operator", "resembles", "'resembles' is not allowed; one of:"),
        ("points", "ten", "'ten' is not a"),
        ("feature", "shoe_size", "'shoe_size' is not in feature_catalogue.csv"),
        (
            "feature",
            "email",
            "is not in feature_catalogue.csv (column feature); did you mean has_email or email_domain or email_opened",
        ),
        ("rule_id", "", "a value is needed"),
        ("valid_from", "31.01.2026", "is not a date such as 2026-01-31"),
    ],
)
def test_a_bad_cell_is_named(project: Transform, seeds: Path, column: str, value: str, says: str) -> None:
    edit(seeds / "score_rules.csv", 3, column, value)
    (fault,) = [f for f in project.rule_faults() if f.file == "rules/score_rules.csv"]
    assert (fault.line, fault.column) == (3, column)
    assert says in fault.message
    with pytest.raises(ConfigError, match=f"line 3, column {column}"):
        checks.require_none(project.rule_faults())


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("operator", "gte", "gte compares numbers, and the feature is a text"),
        ("operator", "is_true", "is_true asks for a flag"),
        ("value", "", "equals needs a value"),
        ("signal_group", "sniority", "'sniority' has no cap for fit"),
        ("half_life_days", "14", "job_level does not decay"),
        ("feature", "grade", "grade comes of the rules; only segments can look at it"),
        ("reason", "", "a value is needed"),
    ],
)
def test_cells_that_do_not_fit_each_other_are_named(
    project: Transform, seeds: Path, column: str, value: str, says: str
) -> None:
    edit(seeds / "score_rules.csv", 3, column, value)
    faults = [f for f in project.rule_faults() if f.file == "rules/score_rules.csv"]
    assert [f.line for f in faults] == [3]
    assert says in faults[0].message


@pytest.mark.parametrize(
    ("operator", "value", "says"),
    [
        ("in", "vp||director", "empty alternative"),
        ("in", "|".join(f"w{n}" for n in range(41)), "41 alternatives; at most 40"),
        ("contains_word", "vp|", "empty alternative"),
        ("exists", "vp", "exists takes no value"),
        ("regex", "^head of (", "a ( without its )"),
        ("regex", "(a+)+$", "which can take for ever"),
        ("regex", "(?=vp)", "a look-around"),
    ],
)
def test_a_value_that_does_not_fit_its_operator_is_named(
    project: Transform, seeds: Path, operator: str, value: str, says: str
) -> None:
    edit(seeds / "score_rules.csv", 3, "operator", operator)
    edit(seeds / "score_rules.csv", 3, "value", value)
    (fault,) = [f for f in project.rule_faults() if f.file == "rules/score_rules.csv"]
    assert (fault.line, fault.column) == (3, "value")
    assert says in fault.message


def test_ranges_days_and_the_grid_are_checked(project: Transform, seeds: Path) -> None:
    rows = (seeds / "score_rules.csv").read_text().splitlines()
    line = next(n for n, row in enumerate(rows, 1) if ",between," in row)
    edit(seeds / "score_rules.csv", line, "value", "50|11")
    edit(seeds / "score_rules.csv", line, "valid_from", "2026-02-01")
    edit(seeds / "score_rules.csv", line, "valid_to", "2026-01-31")
    edit(seeds / "score_dimensions.csv", 2, "medium_from", "49")
    edit(seeds / "grades.csv", 10, "intent_band", "high")
    said = [str(f) for f in project.rule_faults()]
    assert [s.split(":")[0] for s in said] == [
        "rules/grades.csv, line 10, column fit_band",
        "rules/grades.csv, line 10, column intent_band",
        "rules/score_dimensions.csv, line 2, column high_from",
        f"rules/score_rules.csv, line {line}, column valid_to",
        f"rules/score_rules.csv, line {line}, column value",
    ]
    assert "no row for fit low, intent low" in said[0]


def test_an_answer_field_that_is_not_pulled_is_named(project: Transform, seeds: Path) -> None:
    edit(seeds / "answer_fields.csv", 2, "field", "wallet")
    (fault,) = project.rule_faults()
    assert str(fault) == (
        "rules/answer_fields.csv, line 2, column field: 'wallet' is not declared with is_answer for contacts in "
        "_hubspot__sources.yml"
    )


def test_a_name_given_twice_says_where_the_first_is(project: Transform, seeds: Path) -> None:
    with (seeds / "score_rules.csv").open(newline="") as text:
        first = next(csv.DictReader(text))["rule_id"]
    edit(seeds / "score_rules.csv", 4, "rule_id", first)
    assert f"rules/score_rules.csv, line 4, column rule_id: {first!r} is already on line 2" in [
        str(f) for f in project.rule_faults()
    ]


def test_a_row_with_too_few_cells_and_a_lost_column(project: Transform, seeds: Path) -> None:
    file = seeds / "grades.csv"
    lines = file.read_text().splitlines()
    lines[0] = lines[0].replace("play", "game")
    lines[2] = "high,low"
    file.write_text("\n".join(lines) + "\n")
    said = [str(f) for f in project.rule_faults() if f.file == "rules/grades.csv"]
    assert any("line 1, column play: the column is missing" in s for s in said)
    assert any("line 1, column game: there is no such column" in s for s in said)
    assert any(s.startswith("rules/grades.csv, line 3: 2 cells where the header has") for s in said)


def test_a_file_that_is_no_text_is_named(project: Transform, seeds: Path) -> None:
    (seeds / "grades.csv").write_bytes(b"fit_band,intent_band\n\xff\xfe\x00bad\n")
    assert any("rules/grades.csv" in str(f) and "UTF-8" in str(f) for f in project.rule_faults())


def _as_excel_saves(text: str, separator: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(csv.reader(io.StringIO(text)))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda t: _as_excel_saves(t, ";"), "line 1: the cells are separated by semicolons; save the file as"),
        (lambda t: _as_excel_saves(t, "\t"), "line 1: the cells are separated by tabs; save the file as"),
        (lambda t: t.replace("rule_id,", "Rule_ID,", 1).encode(), "line 1: columns are spelled in small letters, "
                                                                   "without blanks: 'Rule_ID'"),
        (lambda t: t.replace("\n", ",\n").encode(), "line 1: a column without a name: is there a comma too many?"),
        (lambda t: b"\n", "line 1: the file is empty; expected rule_id, "),
        (lambda t: t.replace("fit,", "f\0t,", 1).encode(), ": not readable as CSV in UTF-8: it holds a NUL character"),
    ],
    ids=["semicolons", "tabs", "capitals", "comma", "empty", "nul"],
)  # fmt: skip
def test_what_a_spreadsheet_does_to_a_whole_file_is_said_once(
    project: Transform, seeds: Path, spoil: Callable[[str], bytes], says: str
) -> None:
    file = seeds / "score_rules.csv"
    file.write_bytes(spoil(file.read_text()))
    (fault,) = project.rule_faults()
    assert str(fault).startswith("rules/score_rules.csv, line ")
    assert says in str(fault)


@pytest.mark.parametrize("name", ["score_rules", "feature_catalogue", "grades", "kpis"])
def test_a_file_with_its_first_column_renamed_is_named(project: Transform, seeds: Path, name: str) -> None:
    file = seeds / f"{name}.csv"
    text = file.read_text()
    column = text.split(",")[0]
    file.write_text(text.replace(column, "shoe_size", 1))
    said = [str(f) for f in project.rule_faults()]
    assert any(
        s.startswith(f"rules/{name}.csv, line 1, column {column}: the column is missing") for s in said
    )


@pytest.mark.parametrize("case", _PASSED_OVER.strip().splitlines())
def test_what_the_models_would_pass_over_is_named(project: Transform, seeds: Path, case: str) -> None:
    edits, _, fault = case.partition(" => ")
    place, _, cells = edits.partition(": ")
    file, line = place.split()
    for cell in cells.split(" & "):
        column, _, value = cell.partition("=")
        edit(seeds / f"{file}.csv", int(line), column, value)
    column, _, says = fault.partition(": ")
    faults = [f for f in project.rule_faults() if f.file == f"rules/{file}.csv"]
    assert [f for f in faults if f.column == column and says in f.message], faults


def test_a_split_that_is_none_or_stands_twice_is_named(project: Transform, seeds: Path) -> None:
    rows = [
        "hubspot,contacts,1,,Two people",
        "hubspot,contacts,1,ada,Twice",
        "salesforce,companies,2,,No such object",
    ]
    (seeds / "identity_splits.csv").write_text(
        "\n".join(["crm,object,record_id,person,reason", *rows]) + "\n"
    )
    assert [str(f) for f in project.rule_faults()] == [
        "rules/identity_splits.csv, line 3, column record_id: 'hubspot, contacts, 1' is already on line 2",
        "rules/identity_splits.csv, line 4, column object: 'companies' is not allowed for salesforce; "
        "one of: leads, contacts, Account",
    ]


def test_a_threshold_may_have_as_many_digits_as_its_column(project: Transform, seeds: Path) -> None:
    edit(seeds / "linkage_thresholds.csv", 2, "least_probability", "0.9975")
    assert project.rule_faults() == []


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("a,,,shadow,,,,,,Look\nb,2026-05-01,,pilot,,,,,,Try", "line 3, column valid_from: the days overlap with "
                                                              "those of line 2, and only one row holds at a time"),
        ("a,,,half,,,,,,Try", "line 2, column mode: 'half' is not allowed; one of: shadow, pilot, all"),
        ("a,,,pilot,1.5,,,,,Try", "line 2, column share: '1.5' is not between 0.01 and 1"),
        ("a,,,shadow,0.5,,,,,Try", "line 2, column share: in shadow nothing is written about any lead"),
        ("a,,,pilot,,emea,,,,Try", "line 2, column segment_id: 'emea' is not in segments.csv (column segment_id)"),
        ("a,,,pilot,,,,1,,Try", "line 2, column smallest_ratio: '1' is not 1.01 or more"),
    ],
)  # fmt: skip
def test_a_row_of_the_roll_out_that_cannot_hold_is_named(
    project: Transform, seeds: Path, rows: str, says: str
) -> None:
    file = seeds / "rollout.csv"
    file.write_text(file.read_text().splitlines()[0] + "\n" + rows + "\n")
    (fault,) = project.rule_faults()
    assert str(fault).startswith(f"rules/rollout.csv, {says}")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("reached_grade,,2026-05-01,,{who},Go", "column grade: a value is needed here; the grade at which"),
        ("reached_grade,Hit,2026-05-01,,{who},Go", "column grade: 'Hit' is no grade; one of: Cold, Hot, Warm"),
        ("given_on,Hot,2026-05-01,,{who},Go", "column grade: given_on is about every grade; leave it empty"),
        ("given_on,,2026-05-01,9,{who},Go", "column quiet_days: given_on happens once for each change of owner"),
        ("reached_grade,Hot,,,{who},Go", "column made_from: a value is needed"),
        ("reached_grade,Hot,2026-05-01,0,{who},Go", "column quiet_days: '0' is not 1 or more"),
        ("reached_grade,Hot,2026-05-01,,{whom},Go", "column subject: '{whom}' stands for nothing; only {action}, "),
        ("hot,,2026-05-01,,{who},Go", "column kind: 'hot' is not allowed; one of: reached_grade, given_on, taken_away"),
    ],
)  # fmt: skip
def test_a_row_of_tasks_that_cannot_hold_is_named(
    project: Transform, seeds: Path, row: str, says: str
) -> None:
    file = seeds / "crm_tasks.csv"
    file.write_text(f"{file.read_text().splitlines()[0]}\n{row}\n")
    assert any(str(f).startswith(f"rules/crm_tasks.csv, line 2, {says}") for f in project.rule_faults())


def test_tasks_are_off_until_their_table_has_a_row(project: Transform, seeds: Path) -> None:
    names = {model.name for model in project.sync_models()}
    assert not {"sync_hubspot__tasks", "sync_salesforce__tasks"} & names
    file = seeds / "crm_tasks.csv"
    file.write_text(file.read_text() + "reached_grade,Hot,2026-05-01,,{action}: {who},Go\n")
    assert project.rule_faults() == []
    assert {"sync_hubspot__tasks", "sync_salesforce__tasks"} <= {
        model.name for model in project.sync_models()
    }


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("Sing,hubspot,News,x", "line 2, column play: 'Sing' is not in plays"),
        ("Nurture,pipedream,News,x", "line 2, column crm: 'pipedream' is not in crm_systems"),
        ("Nurture,hubspot,,x", "line 2, column list_or_campaign: a value is needed"),
        ("Nurture,hubspot,News,x\nNurture,hubspot,News,y", "line 3, column "),
    ],
)
def test_a_row_of_nurture_that_cannot_hold_is_named(
    project: Transform, seeds: Path, rows: str, says: str
) -> None:
    file = seeds / "nurture.csv"
    file.write_text(f"{file.read_text().splitlines()[0]}\n{rows}\n")
    faults = [str(fault) for fault in project.rule_faults()]
    assert any(fault.startswith(f"rules/nurture.csv, {says}") for fault in faults), faults


def test_nobody_is_put_on_a_list_until_a_row_says_so(project: Transform, seeds: Path) -> None:
    ours = {"sync_hubspot__memberships", "sync_salesforce__memberships"}
    assert not ours & {model.name for model in project.sync_models()}
    file = seeds / "nurture.csv"
    file.write_text(file.read_text() + "Nurture,hubspot,News,x\nNurture,salesforce,Long-form,x\n")
    assert project.rule_faults() == []
    assert ours <= {model.name for model in project.sync_models()}
    assert (project.lists("hubspot"), project.lists("salesforce")) == (["News"], ["Long-form"])


def test_steps_of_the_roll_out_follow_one_another(project: Transform, seeds: Path) -> None:
    file = seeds / "rollout.csv"
    steps = "look,,2026-04-30,shadow,,,,,,Look\npilot,2026-05-01,2026-06-30,pilot,,,,,,Try\nall,2026-07-01,,all,,,,,,Go"
    file.write_text(file.read_text().splitlines()[0] + "\n" + steps + "\n")
    assert project.rule_faults() == []
