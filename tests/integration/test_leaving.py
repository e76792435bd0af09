"""A rep leaves: who takes over his leads is shown, written, undone and written otherwise, in both CRMs.

On the way, reps answer in the CRM whether a lead is taken and whether its score was right. One story, told once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadwright.cli.app import app
from leadwright.connectors.base import Change
from leadwright.transform import publication
from leadwright.writeback.ledger import Entry
from tests.conftest import Sandbox
from tests.crm_home import NOW, OWNER, Home, Values, sets_owner

_MARTS = "dim_reps dim_leads fct_lead_assignments fct_lead_scores fct_lead_feedback fct_lead_stage_changes"
_LEFT = "rep_leaves int_routing__earlier_decisions"
_TAKEN = {"hubspot": "leadwright_lead_taken", "salesforce": "Leadwright_Lead_Taken__c"}
_RIGHT = {"hubspot": "leadwright_score_right", "salesforce": "Leadwright_Score_Right__c"}


@dataclass
class Story:
    """What was said and what the CRMs showed."""

    home: Home
    rep: str = ""
    heir: str = ""
    file: bytes = b""
    answers: dict[str, str] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    planned: dict[str, list[Entry]] = field(default_factory=dict)
    before: Values = field(default_factory=dict)
    written: Values = field(default_factory=dict)
    undone: Values = field(default_factory=dict)
    next_run: dict[str, list[Entry]] = field(default_factory=dict)
    given_otherwise: dict[str, list[Entry]] = field(default_factory=dict)

    def say(self, *command: str, code: int = 0) -> dict[str, Any]:
        done = CliRunner().invoke(app, [*command, "--json"])
        assert done.exit_code == code, (done.output, done.exception)
        found: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
        return found

    @property
    def leaves(self) -> Path:
        return self.home.workspace / "rules" / "rep_leaves.csv"

    def leads_of_rep(self, *, closed: bool) -> set[str]:
        found = self.home.rows(
            "select lead_id from memory.log_assignment_decisions d join marts.dim_leads l using (lead_id) "
            f"join marts.dim_reps r using (rep_id) where r.email = '{self.rep}' and l.is_closed = {closed} "
            "and decision_number = 1"
        )
        return {lead for (lead,) in found}

    def accounts_of(self, email: str) -> set[str]:
        found = self.home.rows(
            "select owner_id from intermediate.int_identity__crm_owners join marts.dim_reps using (rep_id) "
            f"where email = '{email}'"
        )
        return {owner for (owner,) in found}


def _answer(story: Story) -> None:
    """Reps take a lead in each CRM, refuse another one, and judge its score."""
    home = story.home
    for crm, key, kind in (("hubspot", "contacts", "contacts"), ("salesforce", "Lead", "leads")):
        records = home.rows(
            "select record_id from intermediate.int_identity__records join intermediate.int_lifecycle__lead_stages "
            f"using (lead_id) where crm = '{crm}' and object = '{kind}' and not is_deleted and not is_converted "
            "and lifecycle_stage in ('lead', 'mql') "
            f"and lead_id {'not' if crm == 'salesforce' else ''} in "
            "(select lead_id from intermediate.int_identity__records where crm = 'hubspot') order by record_id"
        )
        (taken,), (refused,), *_ = records
        changes = [
            Change(taken, {_TAKEN[crm]: "Accepted", _RIGHT[crm]: "Too low"}),
            Change(refused, {_TAKEN[crm]: "Rejected: spam", _RIGHT[crm]: "Too high"}),
        ]
        assert [done.status for done in home.connect(crm).push(key, changes)] == ["accepted"] * 2
        story.answers |= {taken: "accepted", refused: "rejected"}


@pytest.fixture(scope="module")
def story(start_sandbox: Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory) -> Story:
    crm = start_sandbox("--leads", "60", "--seed", "5", "--no-limits", "--now", NOW.isoformat())
    home = Home(crm, tmp_path_factory.mktemp("leaving"))
    story = Story(home)
    home.pull()
    home.build(0, also=_MARTS)
    home.write("first-run")
    story.before = home.shown()
    _answer(story)
    home.pull()
    home.build(15, also=_MARTS)
    publication.publish(home.settings.warehouse_file, home.settings.serving_file, 5)
    (story.rep,), (story.heir,), *_ = home.rows(
        "select r.email from marts.fct_lead_assignments a join marts.dim_reps r using (rep_id) "
        "join marts.dim_leads l using (lead_id) where not l.is_closed group by 1 order by count(*) desc, 1"
    )
    story.file = story.leaves.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADWRIGHT_HOME", str(home.settings.home))
        patch.setenv("LEADWRIGHT_WORKSPACE", str(home.workspace))
        patch.setenv("LEADWRIGHT_AS_OF", NOW.isoformat())
        patch.setenv("LEADWRIGHT_THREADS", "1")
        _leave(story)
    return story


def _leave(story: Story) -> None:
    home = story.home
    story.told = story.say("leave", story.rep, "--for-good", "--dry-run")
    assert story.leaves.read_bytes() == story.file, "a dry run writes nothing"
    story.say("leave", story.rep, "--for-good")
    home.build(30, changed=_LEFT)
    story.planned = home.entries()
    home.write("second-run")
    story.written = home.shown()
    home.undo("second-run", "undo-run", only="owner")
    story.undone = home.shown()
    home.pull()
    home.build(45)
    story.next_run = home.entries()
    story.say("leave", story.rep, "--cancel")
    assert story.leaves.read_bytes() == story.file
    story.say("leave", story.rep, "--for-good", "--give-to", story.heir)
    home.build(60, changed=_LEFT)
    story.given_otherwise = home.entries()


def test_what_a_leaver_s_colleagues_take_over_is_told_beforehand(story: Story) -> None:
    open_leads = story.leads_of_rep(closed=False)
    assert len(open_leads) > 3
    assert {lead["lead_id"] for lead in story.told["leads"]} == open_leads
    assert sum(story.told["takers"].values()) == len(open_leads)
    assert story.told["staying"] == 0
    assert all(" has left; " in lead["reason"] for lead in story.told["leads"])


def test_the_run_gives_every_open_lead_to_whom_it_was_told(story: Story) -> None:
    reps = dict(story.home.rows("select owner_id, full_name from intermediate.int_identity__crm_owners"))
    leads = dict(story.home.rows("select record_id, lead_id from intermediate.int_identity__records"))
    told = {lead["lead_id"]: lead["owner_name"] for lead in story.told["leads"]}
    given = {leads[record]: reps[owner] for record, owner in sets_owner(story.planned).items()}
    assert given == told


def test_no_record_of_an_open_lead_shows_the_leaver_and_undo_brings_him_back(story: Story) -> None:
    leads = dict(story.home.rows("select record_id, lead_id from intermediate.int_identity__records"))
    his, open_leads = story.accounts_of(story.rep), story.leads_of_rep(closed=False)
    shown = {"before": story.before, "written": story.written, "undone": story.undone}
    owned = {
        moment: {
            key for key, row in values.items() if row[OWNER[key[0]]] in his and leads[key[2]] in open_leads
        }
        for moment, values in shown.items()
    }
    assert owned["before"] and owned["written"] == set()
    assert owned["undone"] == owned["before"]
    assert {key[0] for key in owned["before"]} == {"hubspot", "salesforce"}


def test_what_was_undone_stays_until_somebody_else_stands_in(story: Story) -> None:
    assert sets_owner(story.next_run) == {}
    given = sets_owner(story.given_otherwise)
    assert given.keys() == sets_owner(story.planned).keys()
    assert set(given.values()) <= story.accounts_of(story.heir)


def test_answers_make_stages_and_are_left_alone(story: Story) -> None:
    found = story.home.rows(
        "select r.record_id, f.question, f.verdict, s.stage, s.is_dated from marts.fct_lead_feedback f "
        "join intermediate.int_identity__records r using (lead_id) "
        "join marts.fct_lead_stage_changes s using (lead_id) where s.left_at is null"
    )
    taken = {record: verdict for record, question, verdict, *_ in found if question == "taken"}
    assert story.answers.items() <= taken.items()
    for record, _, _, stage, is_dated in found:
        if story.answers.get(record) == "rejected":
            assert (stage, is_dated) == ("disqualified", True)
    verdicts = {verdict for _, question, verdict, *_ in found if question == "score"}
    assert verdicts == {"too_low", "too_high"}
    written = {name for some in story.planned.values() for entry in some for name in entry.after}
    assert not written & {*_TAKEN.values(), *_RIGHT.values()}
