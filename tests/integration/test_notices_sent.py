"""Notices on their way: real servers for mail and webhooks, Prefect's blocks and hooks, and runs that begin and end."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml
from apprise.plugins.slack import NotifySlack
from filelock import FileLock
from prefect import flow
from prefect.blocks.notifications import MicrosoftTeamsWebhook, SlackWebhook
from prefect.events.schemas.automations import AutomationCore
from prefect.states import Crashed
from prefect.testing.utilities import prefect_test_harness
from pydantic import SecretStr
from typer.testing import CliRunner

from leadwright import settings as all_settings
from leadwright import warehouse
from leadwright.cli.app import app
from leadwright.connectors.errors import GuardrailError, LockedError
from leadwright.flows import notices, steps
from leadwright.flows.blocks import LeadwrightMail, LeadwrightWebhook
from leadwright.notices import destinations, telling, texts
from leadwright.notices.changes import Condition, Notice
from leadwright.notices.telling import SendError
from leadwright.operate import runs
from leadwright.operate.summary import as_markdown
from leadwright.settings import Settings
from leadwright.writeback.pausing import Pause
from tests.conftest import ROOT
from tests.fakes import RUNS
from tests.receivers import Hooks, Mailbox, running

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
_EVIL = "<!channel> [x](https://evil.example) *b* <at>all</at>"


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    with running(Hooks()) as server:
        yield server


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with running(Mailbox()) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path, hooks: Hooks, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose notices go to Slack and by mail."""
    (tmp_path / "leadwright.toml").write_text(
        "[notices.chat]\nvia = 'slack'\n"
        f"[notices.post]\nvia = 'smtp'\nhost = '127.0.0.1'\nport = {mailbox.port}\nsecurity = 'none'\n"
        "user = 'leadwright'\nsender = 'leadwright@example.com'\nto = ['revops@example.com', 'ops@example.com']\n"
    )
    monkeypatch.setenv("LEADWRIGHT_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("LEADWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LEADWRIGHT_LOCK_WAIT_SECONDS", "0.1")
    monkeypatch.setenv("LEADWRIGHT_SLACK_WEBHOOK", f"{hooks.url}/services/T/B/s3cret")
    monkeypatch.setenv("LEADWRIGHT_SMTP_PASSWORD", "pass-word")
    return tmp_path


@pytest.fixture
def settings(home: Path) -> Settings:
    return all_settings.load()


@pytest.fixture
def project(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The home as flows see it."""
    made = SimpleNamespace(settings=settings, raw_tables=lambda: [RUNS])
    monkeypatch.setattr(steps, "project", lambda: made)
    monkeypatch.setattr(notices, "project", lambda: made)


def evil() -> texts.Message:
    facts = {"what": f"the source {_EVIL}", "last_lead_at": NOON, "silent_from": NOON, "lead_count": 9}
    condition = Condition("source/x", "silent_source", "silent", NOON, facts)
    return texts.message(Notice("d", condition, None), Settings(home=Path("home")))


def send(name: str, settings: Settings, message: texts.Message | None = None) -> None:
    plan = destinations.read(settings.rules_folder)
    notices.send(name, plan.destinations[name], message or evil(), settings)


def test_mail_is_text_and_html_with_everything_in_its_place(settings: Settings, mailbox: Mailbox) -> None:
    send("post", settings)
    (letter,) = mailbox.letters
    assert letter["To"] == "revops@example.com, ops@example.com"
    assert letter["Subject"] == f"Leadwright: no new leads from the source {_EVIL}"
    text, html = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert text and html
    assert "The last one came 30 Jun 2026, 12:00 UTC." in text.get_content()
    assert "&lt;at&gt;" in html.get_content() and "<at>" not in html.get_content()


def test_slack_gets_plain_text(settings: Settings, hooks: Hooks) -> None:
    send("chat", settings)
    ((path, post),) = hooks.posts
    assert path == "/services/T/B/s3cret"
    assert {block["text"]["type"] for block in post["blocks"]} == {"plain_text"}
    assert not set("<>&*`[]|@") & set(json.dumps(post, ensure_ascii=False)) - set("[]")  # JSON's own lists
    assert texts.chat("<!channel>") in post["text"]


def test_teams_gets_runs_of_text(home: Path, hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "leadwright.toml").write_text("[notices.chat]\nvia = 'teams'\n")
    monkeypatch.setenv("LEADWRIGHT_TEAMS_WEBHOOK", f"{hooks.url}/workflows/x?sig=s3cret")
    send("chat", all_settings.load())
    ((_, post),) = hooks.posts
    body = post["attachments"][0]["content"]["body"]
    assert {row["type"] for row in body} == {"RichTextBlock"}
    assert body[0]["inlines"][0]["text"] == f"Leadwright: no new leads from the source {texts.chat(_EVIL)}"


def _says(error: pytest.ExceptionInfo[SendError], caplog: pytest.LogCaptureFixture) -> str:
    said = f"{error.value} {error.value.__cause__} {caplog.text}"
    assert "s3cret" not in said and "pass-word" not in said
    return str(error.value)


def test_what_goes_wrong_is_said_without_address_and_password(
    settings: Settings,
    hooks: Hooks,
    mailbox: Mailbox,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    hooks.status = 404
    with pytest.raises(SendError) as caught:
        send("chat", settings)
    assert _says(caught, caplog).endswith("answered 404")
    hooks.status, hooks.headers = 302, {"Location": f"{hooks.url}/elsewhere"}
    with pytest.raises(SendError) as caught:
        send("chat", settings)
    assert _says(caught, caplog).endswith("answered 302") and hooks.posts == []
    mailbox.login = "\0leadwright\0other"
    with pytest.raises(SendError) as caught:
        send("post", settings)
    assert "refused user or password (535)" in _says(caught, caplog)
    mailbox.login, mailbox.refuses = "\0leadwright\0pass-word", True
    with pytest.raises(SendError) as caught:
        send("post", settings)
    assert "refused the mail (550)" in _says(caught, caplog)
    for name, value in (("SLACK_WEBHOOK", "http://127.0.0.1:9/s3cret"), ("SMTP_PASSWORD", "")):
        monkeypatch.setenv(f"LEADWRIGHT_{name}", value)
    with pytest.raises(SendError) as caught:
        send("chat", all_settings.load())
    assert _says(caught, caplog) == "127.0.0.1:9 could not be reached (ConnectionRefusedError)"
    with pytest.raises(SendError) as caught:
        send("post", all_settings.load())
    assert _says(caught, caplog) == "LEADWRIGHT_SMTP_PASSWORD is not set"


def test_a_server_that_wants_no_encryption_is_not_given_a_password_unasked(
    settings: Settings, home: Path, mailbox: Mailbox
) -> None:
    """It offers no STARTTLS: with the usual security nothing is sent to it."""
    file = home / "leadwright.toml"
    file.write_text(file.read_text().replace("security = 'none'\n", ""))
    with pytest.raises(SendError):
        send("post", settings)
    assert mailbox.letters == []


# --- runs ---


def _subjects(hooks: Hooks) -> list[str]:
    return [post["text"].splitlines()[0].removeprefix("Leadwright: ") for _, post in hooks.posts]


@pytest.mark.usefixtures("project")
def test_a_run_that_fails_is_told_once_and_so_is_the_next_that_ends_well(
    settings: Settings, hooks: Hooks, mailbox: Mailbox
) -> None:
    for _ in range(2):
        with pytest.raises(GuardrailError), steps.noted(runs.start("qualify")):
            raise GuardrailError("hubspot refused everything")
    assert _subjects(hooks) == ["qualify failed"]
    assert "hubspot refused everything" in hooks.posts[0][1]["text"]
    with warehouse.writer(settings.warehouse_file, 1) as db:
        rows = warehouse.rows(
            db, "select subject, destination, told_at from ops.notices order by destination"
        )
    assert [(row["subject"], row["destination"], row["told_at"] is None) for row in rows] == [
        ("run/qualify", "chat", False),
        ("run/qualify", "post", False),
    ]
    for _ in range(2):
        with steps.noted(runs.start("qualify")):
            pass
    assert _subjects(hooks) == ["qualify failed", "qualify ends well again"]
    assert len(mailbox.letters) == 2
    with warehouse.writer(settings.warehouse_file, 1) as db:
        assert warehouse.rows(db, "from ops.notices") == []


@pytest.mark.usefixtures("project")
def test_a_run_that_was_killed_is_told_when_the_next_begins(settings: Settings, hooks: Hooks) -> None:
    runs.note_start(runs.start("qualify"), RUNS, settings)
    with steps.noted(runs.start("qualify")):
        assert _subjects(hooks) == ["qualify failed"]
        assert "ended before it could say why" in hooks.posts[0][1]["text"]
    assert _subjects(hooks) == ["qualify failed", "qualify ends well again"]


@pytest.mark.usefixtures("project")
def test_a_notice_that_does_not_arrive_is_in_the_summary_and_fails_no_run(
    settings: Settings, hooks: Hooks
) -> None:
    hooks.status = 500
    run = runs.start("qualify")
    with pytest.raises(GuardrailError), steps.noted(run):
        raise GuardrailError("no")
    (said,) = run.untold
    assert said.startswith("chat: ") and said.endswith("answered 500")
    assert said in as_markdown(run) and run.as_dict()["untold"] == [said]
    hooks.status = 200
    again = runs.start("qualify")
    with steps.noted(again):
        pass
    assert (again.untold, hooks.posts) == ([], []), "it is over, and whoever was not told of it need not know"


@pytest.mark.usefixtures("project")
def test_a_table_that_is_wrong_fails_no_run(home: Path, hooks: Hooks) -> None:
    (home / "leadwright.toml").write_text("[notices.chat]\nvia = 'pigeon'\n")
    run = runs.start("qualify")
    with steps.noted(run):
        pass
    (said,) = run.untold
    assert said.startswith("nobody could be told") and "pigeon" in said


@pytest.mark.usefixtures("project")
def test_who_interrupts_a_run_does_not_wait_for_notices(hooks: Hooks) -> None:
    with pytest.raises(KeyboardInterrupt), steps.noted(runs.start("qualify")):
        raise KeyboardInterrupt
    with steps.noted(runs.start("qualify")):
        pass
    assert hooks.posts == []


@pytest.fixture(scope="module")
def prefect() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.mark.usefixtures("project", "prefect")
def test_a_flow_that_comes_to_no_warehouse_tells_it_all_the_same_and_once(
    settings: Settings, hooks: Hooks
) -> None:
    @flow(name="qualify", **notices.HOOKS)
    def locked_out(dry_run: bool = False) -> None:
        with steps.one_run_at_a_time(), steps.noted(runs.start("qualify")):
            pytest.fail("two runs")

    settings.make_home()
    with FileLock(settings.run_lock):
        with pytest.raises(LockedError):
            locked_out(dry_run=True)
        assert hooks.posts == [], "who tries something out sees what it says"
        for _ in range(2):
            with pytest.raises(LockedError):
                locked_out()
    assert not settings.warehouse_file.exists()
    assert _subjects(hooks) == ["qualify failed"]
    assert "Another process has been running" in hooks.posts[0][1]["text"]


@pytest.mark.usefixtures("project", "prefect")
def test_a_flow_that_has_told_of_its_failure_does_not_tell_it_again(hooks: Hooks) -> None:
    @flow(name="qualify", **notices.HOOKS)
    def failing() -> None:
        with steps.noted(runs.start("qualify")):
            raise GuardrailError("no")

    hooks.status = 500
    with pytest.raises(GuardrailError):
        failing()
    assert telling.known(all_settings.load()).failures.keys() == {"chat"}


@pytest.mark.usefixtures("project")
def test_a_worker_tells_of_a_process_that_was_killed_but_not_of_one_that_was_interrupted(
    hooks: Hooks,
) -> None:
    named = SimpleNamespace(name="qualify")
    made: Any = SimpleNamespace(id="r", name="qualify-2026-06-30-1200", parameters={}, start_time=NOON)
    notices.tell_failure(named, made, Crashed(message="Execution was aborted by an interrupt signal."))
    assert hooks.posts == []
    notices.tell_failure(
        named, made, Crashed(message="Flow run process exited with non-zero status code -9.")
    )
    assert _subjects(hooks) == ["qualify failed"]
    assert (
        "qualify-2026-06-30-1200 began 30 Jun 2026, 12:00 UTC and was ended before"
        in hooks.posts[0][1]["text"]
    )


# --- Prefect's blocks ---


def _via_block(home: Path, block: str) -> Settings:
    (home / "leadwright.toml").write_text(f"[notices.chat]\nvia = 'block'\nblock = '{block}'\n")
    return all_settings.load()


@pytest.mark.usefixtures("prefect")
def test_prefect_s_own_slack_block_says_no_more_than_the_text(
    home: Path, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifySlack, "webhook_url", f"{hooks.url}/services")
    SlackWebhook(url=SecretStr("https://hooks.slack.com/services/T1/B1/s3cret")).save(
        "revops", overwrite=True
    )
    settings = _via_block(home, "slack-webhook/revops")
    send("chat", settings)
    ((_, post),) = hooks.posts
    said = post["attachments"][0]
    assert not set("<>*`[]") & set(said["text"] + said["title"]) and "&" not in said["text"]
    hooks.status = 404
    with pytest.raises(SendError) as caught:
        send("chat", settings)
    assert str(caught.value) == "the block of chat did not deliver it"


def test_prefect_s_own_teams_block_calls_nobody() -> None:
    block = MicrosoftTeamsWebhook(
        url=SecretStr(
            "https://prod-1.w.logic.azure.com:443/workflows/a1b2/triggers/manual/paths/invoke"
            "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=s3cret"
        )
    )
    (plugin,) = block._apprise_client
    card = plugin.gen_payload(evil().chat, evil().chat_subject)["attachments"][0]["content"]
    assert "entities" not in card["msteams"]
    assert not set("<>*[]`") & set("".join(row.get("text", "") for row in card["body"]))


@pytest.mark.usefixtures("prefect")
def test_blocks_of_ours_can_be_kept_in_prefect(home: Path, hooks: Hooks, mailbox: Mailbox) -> None:
    LeadwrightWebhook(url=SecretStr(f"{hooks.url}/kept")).save("revops", overwrite=True)
    send("chat", _via_block(home, "leadwright-webhook/revops"))
    assert hooks.posts[0][0] == "/kept"
    LeadwrightMail(
        host="127.0.0.1",
        port=mailbox.port,
        security="none",
        user="leadwright",
        password=SecretStr("pass-word"),
        sender="a@example.com",
        to=["b@example.com"],
    ).save("revops", overwrite=True)
    send("chat", _via_block(home, "leadwright-mail/revops"))
    assert mailbox.letters[0].get_body(("html",)) is not None
    with pytest.raises(SendError, match="there is no such block"):
        send("chat", _via_block(home, "leadwright-mail/nobody"))


def test_the_automation_in_the_documentation_is_one_that_prefect_reads() -> None:
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (shown,) = re.findall(
        r"```yaml\n(name: no run of Leadwright[^`]*)```", re.sub(r"`prefect block ls`", "", told)
    )
    made = AutomationCore.model_validate(yaml.safe_load(shown))
    assert [action.type for action in made.actions] == ["send-notification"]
    waiting = runs.start("qualify")
    waiting.pause = Pause(by_setting=True)
    states = {"Completed", cast(Any, steps.ended(waiting)).name, "Waiting for approval"}
    assert getattr(made.trigger, "expect", None) == {f"prefect.flow-run.{name}" for name in states}


# --- the commands ---


def said(*command: str) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(app, [*command, "--json"])
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.usefixtures("project")
def test_the_commands_list_what_is_open_and_try_each_destination(
    hooks: Hooks, mailbox: Mailbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(all_settings, "prepare_command_line", lambda _config: None)
    hooks.status = 500
    with pytest.raises(GuardrailError), steps.noted(runs.start("qualify")):
        raise GuardrailError("no")
    code, found = said("notices")
    (row,) = found["open"]
    assert (code, row["subject"], row["told"]["chat"]) == (0, "run/qualify", None)
    assert row["told"]["post"] is not None
    assert "answered 500" in found["not_reached"]["chat"]
    shown = CliRunner().invoke(app, ["notices"]).stdout
    assert "run/qualify" in shown and "chat not yet" in shown
    code, found = said("notices", "test")
    assert (code, found["sent"], list(found["not_sent"])) == (1, ["post"], ["chat"])
    hooks.status = 200
    code, found = said("notices", "test")
    assert (code, found["sent"]) == (0, ["chat", "post"])
    assert mailbox.letters[-1]["Subject"] == "Leadwright: a notice to try the way"


def test_without_destinations_the_commands_say_so(home: Path) -> None:
    (home / "leadwright.toml").write_text('version = "0.1.0"\n')
    assert said("notices") == (0, {"open": [], "destinations": [], "not_reached": {}})
    assert "Nobody is told" in CliRunner().invoke(app, ["notices"]).stdout
    done = CliRunner().invoke(app, ["notices", "test"])
    assert done.exit_code == 1 and "nobody to send to" in str(done.exception)
