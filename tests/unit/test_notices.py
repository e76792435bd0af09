"""Notices: one when something goes wrong, one when it is over, whatever happens in between; and what they say."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.notices import conditions, destinations, findings, keeping, telling, texts
from leadwright.notices.changes import Book, Condition, Notice
from leadwright.notices.destinations import KINDS, Alarms, Plan
from leadwright.notices.telling import SendError
from leadwright.notices.texts import Message
from leadwright.operate import runs
from leadwright.settings import Settings
from leadwright.workspace import STARTERS
from leadwright.writeback import approvals
from leadwright.writeback import limits as limits_of_writing
from tests.conftest import ROOT
from tests.fakes import RUNS

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
_TO_ALL = "[notices.all]\nvia = 'slack'\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace without destinations."""
    (tmp_path / "leadwright.toml").write_text('version = "0.1.0"\n')
    return tmp_path


@pytest.fixture
def settings(folder: Path) -> Settings:
    return Settings(home=folder / "home", workspace=folder, lock_wait_seconds=1)


def planned(folder: Path, said: str) -> Plan:
    (folder / "leadwright.toml").write_text(f'version = "0.1.0"\n{said}')
    return destinations.read(folder)


def plan_of(names: Sequence[str]) -> Plan:
    found = {name: destinations.Channel(via="slack") for name in names}
    return Plan(destinations=found, alarms=Alarms())


# --- one notice of one change ---

_SUBJECTS, _STATES, _PLACES = ("a", "b"), ("", "failed", "asks 1", "asks 2"), ("mail", "chat")
_ROUNDS = st.lists(
    st.tuples(
        st.dictionaries(
            st.sampled_from(_SUBJECTS), st.sampled_from(_STATES)
        ),  # what is left out nobody can judge
        st.sets(st.sampled_from(_PLACES)),  # who cannot be reached
    ),
    max_size=12,
)


@limits(max_examples=300, deadline=None)
@given(_ROUNDS)
def test_each_change_is_told_once_and_its_end_too(rounds: list[tuple[dict[str, str], set[str]]]) -> None:
    book, plan = Book(), plan_of(_PLACES)
    heard: dict[tuple[str, str], list[str]] = {(p, s): [] for p in _PLACES for s in _SUBJECTS}
    now: dict[str, str] = dict.fromkeys(_SUBJECTS, "")
    for number, (found, unreachable) in enumerate(
        [*rounds, ({}, set())]
    ):  # at the end everybody can be reached
        now |= found
        book.note(
            [Condition(subject, "failed_run", state) for subject, state in found.items()],
            NOON + timedelta(hours=number),
        )
        for notice in list(book.due(plan)):
            if notice.destination not in unreachable:
                heard[notice.destination, notice.condition.subject].append(notice.condition.state)
                book.delivered(notice, NOON)
        book.settle(plan)
        assert {fault.subject: fault.state for fault in book.faults()} == {s: v for s, v in now.items() if v}
    for (_, subject), states in heard.items():
        assert all(one != other for one, other in zip(["", *states], states, strict=False)), "none twice"
        assert (states or [""])[-1] == now[subject], "whoever was told of a beginning is told of the end"
    assert list(book.due(plan)) == []


def test_what_goes_on_keeps_its_beginning_and_an_end_tells_it() -> None:
    book, plan = Book(), plan_of(["chat"])
    book.note([Condition("a", "failed_run", "failed", facts={"run": "1"})], NOON)
    (begun,) = book.due(plan)
    book.delivered(begun, NOON)
    book.note([Condition("a", "failed_run", "failed", facts={"run": "2"})], NOON + timedelta(hours=1))
    assert list(book.due(plan)) == []
    assert book.faults()[0].since == NOON
    book.note([Condition("a", "failed_run", facts={"next_run": "3"})], NOON + timedelta(hours=2))
    (ended,) = book.due(plan)
    assert (ended.is_over, ended.since, ended.facts) == (True, NOON, {"run": "1", "next_run": "3"})


def test_a_destination_hears_only_what_it_asked_for_and_a_new_one_what_is_open(folder: Path) -> None:
    book = Book()
    book.note([Condition("a", "failed_run", "failed"), Condition("d", "score_drift", "drifted")], NOON)
    plan = planned(folder, f"{_TO_ALL}[notices.ops]\nvia = 'teams'\nabout = ['failed_run']\n")
    assert {(n.destination, n.condition.subject) for n in book.due(plan)} == {
        ("all", "a"),
        ("all", "d"),
        ("ops", "a"),
    }


# --- the table in leadwright.toml ---


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("[notices.a]\nvia = 'pigeon'\n", "a"),
        ("[notices.a]\nvia = 'slack'\nurl = 'https://hooks.example/secret'\n", "a.url"),
        ("[notices.a]\nvia = 'slack'\nabout = ['weather']\n", "a.about"),
        ("[notices.a]\nvia = 'smtp'\nhost = 'h'\nsender = 'a@b.example'\nto = []\n", "a.to"),
        (
            "[notices.a]\nvia = 'smtp'\nhost = 'h'\nsender = 'A <a@b.example>'\nto = ['c@d.example']\n",
            "a.sender",
        ),
        ("[notices.a]\nvia = 'block'\nblock = 'revops'\n", "a.block"),
        ("[notices.'a b']\nvia = 'slack'\n", "a b"),
        ("[notices]\nrejected_at_most = 2\n", "rejected_at_most"),
        ("[notices]\nreject = 1\n", "reject"),
        ("notices = 3\n", "notices"),
    ],
)
def test_what_is_wrong_in_the_table_is_named_without_its_values(folder: Path, said: str, names: str) -> None:
    with pytest.raises(ConfigError) as caught:
        planned(folder, said)
    assert names in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_table_in_the_documentation_can_be_read_and_so_can_a_new_workspace_s(folder: Path) -> None:
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```toml\n(# leadwright.toml[^`]*\[notices\][^`]*)```", told)
    plan = planned(folder, shown)
    assert {name: each.via for name, each in plan.destinations.items()} == {
        "revops": "slack",
        "sales_ops": "teams",
        "mail": "smtp",
        "pager": "block",
    }
    commented = (STARTERS / "files" / "leadwright.toml").read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") for line in commented.splitlines() if re.match(r"# (\[|\w+ = )", line)]
    assert list(planned(folder, "\n".join(lines)).destinations) == ["revops", "mail"]
    assert limits_of_writing.read(folder).owners_at_most == 0.05


def test_the_doctor_says_who_is_told_or_that_nobody_is(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (finding,) = findings.findings(settings)
    assert finding.ok and "nobody is told" in finding.detail
    planned(folder, _TO_ALL)
    (finding,) = findings.findings(settings)
    assert not finding.ok and "LEADWRIGHT_SLACK_WEBHOOK is not set" in finding.detail
    monkeypatch.setenv("LEADWRIGHT_SLACK_WEBHOOK", "https://hooks.example/secret")
    (finding,) = findings.findings(Settings(home=folder / "home", workspace=folder))
    assert finding.ok and finding.detail == "sent to all"
    (folder / "leadwright.toml").write_text("[notices.all]\nvia = 'pigeon'\n")
    (finding,) = findings.findings(settings)
    assert not finding.ok


# --- what they say ---


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_over", [False, True])
def test_each_notice_says_what_and_where_and_begins_with_a_subject(
    kind: str, is_over: bool, settings: Settings
) -> None:
    made = texts.message(texts.example(kind, is_over=is_over), settings)
    assert made.subject.startswith("Leadwright: ")
    assert str(settings.home) in made.text
    assert is_over or "What to do" in made.text or "To send" in made.text
    assert not [line for line in made.text.splitlines() if "  " in line or line != line.strip()]


_ANY_TEXT = st.text(max_size=40) | st.sampled_from(
    [
        "<!channel>",
        "<@U123>",
        "[pay](https://evil.example)",
        "*bold* _it_ `code` ~gone~",
        "&lt;!here&gt;",
        "<script>alert(1)</script>",
        "a\r\nBcc: x@evil.example",
        "<at>everyone</at>",
        "{{ 7 * 7 }}",
        "paid_search",
        "!channel>",
        "\u202e\u2066x",
    ]
)
_SIGNS = set("<>&*~`[]|@\\")


@limits(max_examples=200, deadline=None)
@given(_ANY_TEXT)
def test_a_value_is_text_for_every_chat_and_reads_as_it_was(value: str) -> None:
    said = texts.chat(value)
    assert not _SIGNS & set(said)
    assert "://" not in said and "\n" not in said
    assert not {c for c in said if unicodedata.category(c) in ("Cc", "Cf")}
    reads = unicodedata.normalize("NFKC", said.replace("\u2215", "/"))
    assert reads == unicodedata.normalize("NFKC", texts.plain(value).replace("\u2215", "/"))


@limits(max_examples=100, deadline=None)
@given(_ANY_TEXT, _ANY_TEXT)
@example(name="", reason=" ")
@example(name="", reason="\u200b")
def test_names_and_reasons_break_no_markup(
    tmp_path_factory: pytest.TempPathFactory, name: str, reason: str
) -> None:
    settings = Settings(home=Path("home"))
    what = {"what": f"the source {name}", "last_lead_at": NOON, "silent_from": NOON, "lead_count": 9}
    silent = Notice("d", Condition("source/x", "silent_source", "silent", NOON, what), None)
    failed = Notice(
        "d", conditions.of_run("qualify", "failed", NOON, run="0552fc91", stage="pull", reason=reason), None
    )
    for notice in (silent, failed):
        made = texts.message(notice, settings)
        assert not _SIGNS & set(made.chat + made.chat_subject)
        assert "\n" not in made.subject and "\r" not in made.subject
        fixed = texts.message(Notice("d", _without_values(notice.condition), None), settings)
        assert made.html.count("<") == fixed.html.count("<"), "no tag comes of a value"
        assert made.text.count("\n") == fixed.text.count("\n"), "no line does either"


def _without_values(condition: Condition) -> Condition:
    facts = {
        name: "x" if isinstance(value, str) and name in ("what", "reason") else value
        for name, value in condition.facts.items()
    }
    return Condition(condition.subject, condition.kind, condition.state, condition.since, facts)


def test_addresses_of_people_are_masked_in_reasons_and_sources(settings: Settings) -> None:
    made = conditions.of_run(
        "qualify", "failed", NOON, run="1", reason="the token of ada@example.com is wrong"
    )
    assert "ada@" not in str(made.facts)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        _publish_silence(db, "ada@example.com", "silent")
        found = list(conditions.everything(db, Alarms(), ()))
    assert "ada@" not in str(found)


def test_a_workspace_has_words_of_its_own_and_ours_where_they_fail(folder: Path, settings: Settings) -> None:
    planned(folder, "[notices.b]\nvia = 'block'\nblock = 'slack-webhook/revops'\n")
    own = folder / "notices"
    own.mkdir()
    (own / "failed_run.txt").write_text("{{ flow }} ist gescheitert\n\n{{ reason }}\n")
    made = texts.message(texts.example("failed_run", is_over=False), settings)
    assert (made.subject, made.text) == ("qualify ist gescheitert", "HubSpot refused the token.")
    assert "<p>HubSpot refused the token.</p>" in made.html
    for broken in (
        "{{ nobody_knows }}\n\nx",
        "{% if %}",
        "only a subject",
        "{{ 1 / 0 }}\n\nx",
        "{{ ''.__class__.__mro__ }}\n\nx",
    ):
        (own / "failed_run.txt").write_text(broken)
        assert (
            texts.message(texts.example("failed_run", is_over=False), settings).subject
            == "Leadwright: qualify failed"
        )
        (finding,) = findings.findings(settings)
        assert not finding.ok and finding.detail.startswith("failed_run.txt")
    (own / "failed_run.txt").unlink()
    (own / "mail.html").write_text("{{ nothing }}")
    (own / "failing.txt").write_text("x\n\ny")
    assert "<h1" in texts.message(texts.example("failed_run", is_over=True), settings).html
    assert {f.detail.split()[0] for f in findings.findings(settings)} == {"mail.html", "failing.txt"}


# --- telling ---


class Postbox:
    """Takes messages, unless it is closed."""

    def __init__(self) -> None:
        self.came: list[tuple[str, str]] = []
        self.closed: set[str] = set()
        self.slow: set[str] = set()

    def __call__(self, name: str, _destination: object, message: Message, _settings: Settings) -> None:
        if name in self.slow:
            time.sleep(3)
        if name in self.closed:
            raise SendError("it is closed")
        self.came.append((name, message.subject))


FAILED = conditions.of_run("qualify", "failed", NOON, run="1", reason="no")
WELL = conditions.of_run("qualify", "", NOON, run="2")


def test_what_did_not_arrive_is_told_by_the_next_run_and_said_until_then(
    settings: Settings, folder: Path
) -> None:
    box, plan = Postbox(), planned(folder, f"{_TO_ALL}[notices.mail]\nvia = 'teams'\n")
    box.closed = {"mail"}
    book, failures = telling.tell([FAILED], plan, settings, box)
    assert failures == ["mail: it is closed"]
    assert book.told_of(book.faults()[0], plan)["mail"] is None
    said = [f.detail for f in findings.findings(settings) if "arrive" in f.detail]
    assert said == ["did not arrive at mail: it is closed"]
    box.closed = set()
    assert telling.tell([FAILED], plan, settings, box)[1] == []
    assert telling.tell([FAILED], plan, settings, box)[1] == []
    telling.tell([WELL], plan, settings, box)
    telling.tell([WELL], plan, settings, box)
    begun, ended = "Leadwright: qualify failed", "Leadwright: qualify ends well again"
    assert [s for n, s in box.came if n == "all"] == [begun, ended]
    assert [s for n, s in box.came if n == "mail"] == [begun, ended]
    assert telling.known(settings) == Book()


def test_one_that_hangs_holds_up_neither_the_run_nor_the_others(settings: Settings, folder: Path) -> None:
    box, plan = Postbox(), planned(folder, f"{_TO_ALL}[notices.mail]\nvia = 'teams'\n")
    box.slow = {"mail"}
    _, failures = telling.tell([FAILED], plan, settings, box, seconds=0.3)
    assert failures == ["mail: it did not take all within 0.3 seconds"]
    assert [name for name, _ in box.came] == ["all"]
    assert list(telling.known(settings).told) == ["all"], "one that was given up on is told again"


def test_words_of_others_are_not_passed_on(settings: Settings, folder: Path) -> None:
    def send(*_args: object) -> None:
        raise ValueError("https://hooks.example/secret")

    _, failures = telling.tell([FAILED], planned(folder, _TO_ALL), settings, send)
    assert failures == ["all: ValueError"]
    assert "secret" not in (settings.home / "notices.json").read_text()


def test_without_destinations_what_is_wrong_is_kept_all_the_same(settings: Settings, folder: Path) -> None:
    book, failures = telling.tell([FAILED], destinations.read(folder), settings, Postbox())
    assert (failures, [fault.subject for fault in book.faults()]) == ([], ["run/qualify"])
    kept = telling.known(settings)
    assert kept.faults()[0].facts["began_at"] == NOON
    with warehouse.writer(settings.warehouse_file, 1) as db:
        keeping.copy(kept, destinations.read(folder), db)
        keeping.copy(kept, plan_of(["chat"]), db)
        (row,) = warehouse.rows(db, "from ops.notices")
    assert (row["subject"], row["destination"], row["told_at"], row["since"]) == (
        "run/qualify",
        "chat",
        None,
        NOON,
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"subjects": 3}', "{}"])
def test_a_file_that_is_none_is_no_reason_to_be_silent(settings: Settings, folder: Path, text: str) -> None:
    (settings.make_home() / "notices.json").write_text(text)
    box = Postbox()
    telling.tell([FAILED], planned(folder, _TO_ALL), settings, box)
    assert len(box.came) == 1
    assert json.loads((settings.home / "notices.json").read_text())["subjects"]["run/qualify"]


# --- how things are ---


def _ran(settings: Settings, flow: str, status: str, reason: str | None = None) -> None:
    run = runs.start(flow)
    runs.note_start(run, RUNS, settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute(
            "update ops.runs set status = ?, reason = ? where run_id = ?", [status, reason, run.run_id]
        )


def _states(settings: Settings, known: Sequence[str] = ()) -> Mapping[str, str]:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        return {each.subject: each.state for each in conditions.everything(db, Alarms(), known)}


def test_a_run_of_the_whole_job_ends_the_failure_of_a_part_and_not_the_reverse(settings: Settings) -> None:
    _ran(settings, "qualify", "failed")
    _ran(settings, "sync", "killed")
    _ran(settings, "undo", "failed")
    assert _states(settings) == {"run/qualify": "failed", "run/sync": "failed", "guard_rail": ""}
    _ran(settings, "sync", "completed")
    assert _states(settings)["run/qualify"] == "failed"
    _ran(settings, "sync", "failed")
    _ran(settings, "qualify", "stopped")
    assert _states(settings) == {"run/qualify": "", "run/sync": "", "guard_rail": ""}


@pytest.mark.parametrize(
    ("status", "reason"), [("put off", "x"), ("running", None), ("failed", "KeyboardInterrupt")]
)
def test_a_run_that_goes_on_later_or_was_interrupted_changes_nothing(
    settings: Settings, status: str, reason: str | None
) -> None:
    _ran(settings, "qualify", "failed")
    _ran(settings, "qualify", status, reason)
    assert _states(settings)["run/qualify"] == "failed"
    _ran(settings, "qualify", "completed")
    _ran(settings, "qualify", status, reason)
    assert _states(settings)["run/qualify"] == ""


def test_a_plan_that_waits_is_wrong_until_it_is_approved(settings: Settings) -> None:
    why = json.dumps(
        [{"code": "owner", "subject": "leads", "text": "103 of 900 leads would get another owner."}]
    )
    with warehouse.writer(settings.warehouse_file, 1) as db:
        approvals.ensure(db)
        digest = approvals.plans.digest(db, "(from ops.planned_changes where run_id = '0552fc91-a')")
        db.execute(
            "insert into ops.plans by name select '0552fc91-a' as run_id, now() as made_at, 'stopped' as verdict, "
            "'0552fc91-a' as asks_run_id, ? as plan_hash, 103 as record_count, true as with_owners, ? as reasons",
            [digest, why],
        )
        found = {each.subject: each for each in conditions.everything(db, Alarms(), ())}
        asked = found["guard_rail"]
        assert (asked.state, asked.facts["command"]) == (
            "asks 0552fc91",
            "leadwright sync --approve 0552fc91",
        )
        assert "103 of 900" in texts.message(Notice("d", asked, None), settings).text
    approvals.approve("0552", settings)
    assert _states(settings)["guard_rail"] == ""


@pytest.fixture
def ledger(settings: Settings) -> Iterator[Any]:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        columns = [(name, "varchar") for name in ("run_id", "crm", "object", "record_id", "status")]
        warehouse.ensure_table(db, "ops", "writes", [*columns, ("sent_at", "timestamptz")])

        def add(status: str, first: int, last: int, hours_ago: float, run_id: str = "r") -> None:
            db.execute(
                "insert into ops.writes by name select ? as run_id, 'hubspot' as crm, 'contacts' as object, "
                f"'c' || n as record_id, ? as status, now() - interval '{hours_ago} hours' as sent_at "
                "from range(?, ?) t(n)",
                [run_id, status, first, last],
            )

        def state(known: Sequence[str] = ()) -> str | None:
            found = {each.subject: each.state for each in conditions.everything(db, Alarms(), known)}
            return found.get("rejected/hubspot/contacts")

        yield add, state


def test_refusals_are_told_above_a_share_and_a_number_and_over_at_half_of_it(ledger: Any) -> None:
    add, state = ledger
    add("rejected", 0, 400, 25)
    assert state() is None, "of what was sent before a day nothing is said"
    add("accepted", 0, 90, 3)
    add("rejected", 90, 100, 3)
    assert state() is None, "ten are no alarm, and too many for an end"
    add("rejected", 100, 101, 3)
    assert state() == "refused"
    add("accepted", 90, 96, 1, "later")
    assert state() == ""
    assert state(["rejected/hubspot/contacts", "rejected/salesforce/Lead"]) == ""


def test_a_record_of_which_a_part_was_refused_counts_as_refused(ledger: Any) -> None:
    add, state = ledger
    add("accepted", 0, 20, 1)
    add("rejected", 0, 20, 1)
    assert state() == "refused"


def _publish_silence(db: warehouse.Connection, name: str, state: str) -> None:
    db.execute("create schema if not exists marts")
    db.execute(
        "create or replace table marts.rpt_source_silence as select 'source' as cut, ? as cut_value, "
        "timestamp '2026-06-29 09:00:00' as last_lead_at, timestamp '2026-06-30 10:00:00' as silent_from, "
        "480 as lead_count, ? as state",
        [name, state],
    )


@pytest.mark.parametrize(
    ("state", "found"),
    [("silent", "silent"), ("usual", ""), ("thin", None), ("ended", None), ("not_read", None)],
)
def test_a_source_is_as_the_report_says_and_where_that_cannot_tell_it_stays(
    settings: Settings, state: str, found: str | None
) -> None:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        _publish_silence(db, "web", state)
        said = {each.subject: each for each in conditions.everything(db, Alarms(), ())}
    assert (said["source/web"].state if "source/web" in said else None) == found
    if found:
        assert said["source/web"].since == datetime(2026, 6, 30, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "found"), [("drifted", "drifted"), ("steady", ""), ("between", None), ("thin", None)]
)
def test_scores_drift_as_the_report_says(settings: Settings, state: str, found: str | None) -> None:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("create schema marts")
        db.execute(
            "create table marts.rpt_score_drift as select timestamp '2026-06-30' as as_of, 'grade' as cut, "
            "0.4 as stability_index, 'Hot' as moved_band, 0.1 as moved_band_earlier_share, "
            f"0.3 as moved_band_recent_share, 200 as recent_count, 800 as earlier_count, '{state}' as state"
        )
        said = {each.subject: each for each in conditions.everything(db, Alarms(), ())}
    assert (said["drift/grade"].state if "drift/grade" in said else None) == found


@pytest.mark.parametrize(
    ("states", "found"),
    [
        (("drifted", "steady"), "drifted"),
        (("steady", "thin"), ""),
        (("between", "steady"), None),
        (("thin", "thin"), None),
    ],
)
def test_of_models_only_the_champions_drift_is_told(
    settings: Settings, states: tuple[str, str], found: str | None
) -> None:
    rows = ", ".join(
        f"('{model}', 'input', 'f{n}', '{state}')"
        for model, each in (("champion", states), ("shadow", ("drifted", "drifted")))
        for n, state in enumerate(each)
    )
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute(
            "create schema marts;"
            "create table marts.rpt_models as from (values ('champion', true), ('shadow', false)) "
            "t(model_id, is_champion);"
            "create table marts.rpt_model_drift as select *, timestamp '2026-06-30' as as_of, 900 as recent_count, "
            "0.4 as stability_index, null::double as expected_rate, null::double as rate "
            f"from (values {rows}) t(model_id, measure, subject, state)"
        )
        said = {each.subject: each for each in conditions.everything(db, Alarms(), ())}
    assert (said["model_drift/input"].state if "model_drift/input" in said else None) == found
    if found:
        assert said["model_drift/input"].facts["subjects"] == ["f0"]
