"""A wrong rule moves 2,000 owners: previewed, stopped by a guard rail, approved all the same, undone.

The steps are those of *A rule that would move 2,000 owners* in docs/operations.md, by what its commands call; each test
looks at one of them. One build serves all.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from leadwright import warehouse
from leadwright.connectors.base import Change
from leadwright.pull import loads
from leadwright.workspace import MARK
from leadwright.writeback import approvals, guards, limits, plans, previews
from leadwright.writeback.approvals import Stop
from leadwright.writeback.limits import Limits
from leadwright.writeback.plans import Plan
from leadwright.writeback.previews import Preview
from leadwright.writeback.undoing import Undoing
from tests.conftest import Sandbox
from tests.crm_home import NOW, OWNER, Home, Values

LEADS = 1_300
"""In each CRM, nobody in both."""

REPS = range(1, 11)
MISTAKEN = range(1, 9)
"""The reps whom the wrong rows take for logins; each rep owns as many leads as the others."""

MOVED = 2 * LEADS * len(MISTAKEN) // len(REPS)
_CHANGED = "2026-06-29T12:00:00Z"
_RULES = {
    "routing_pool": ["pool,email_pattern,weight,capacity,reason", *(f"everyone,rep{n}@acme.example,1,," for n in REPS)],
    "routing_rules": ["priority,rule_id,grade,feature,operator,value,pool,reason"],
    "routing_fallback": ["place,email_pattern,reason"],
    "routing_from": ["email,reason", *(f"rep{n}@acme.example,A slip" for n in MISTAKEN)],
}  # fmt: skip

_READ_BY_A_PREVIEW = (
    "int_writing__account_values dim_leads dim_accounts dim_crm_records dim_rep_accounts dim_reps"
)

Key = tuple[str, str, str]


@dataclass
class Story:
    """What each step found, and what the CRMs showed after it."""

    home: Home
    plan: Plan
    before: Values
    preview: Preview
    stop: Stop | None
    after_stop: Values
    covered: Stop | None
    written: Values = field(default_factory=dict)
    looked: list[Undoing] = field(default_factory=list)
    done: list[Undoing] = field(default_factory=list)
    undone: Values = field(default_factory=dict)
    touched: dict[Key, str] = field(default_factory=dict)
    """Records that people were at meanwhile -> why they are not put back."""

    @property
    def moved(self) -> list[Key]:
        """Records whose owner the approved run changed."""
        return [key for key in self.before if owner(self.before, key) != owner(self.written, key)]


def owner(values: Values, key: Key) -> str | None:
    found = values[key][OWNER[key[0]]]
    return None if found is None else str(found)


def save(file: Path, names: str, rows: Iterator[Sequence[object]]) -> None:
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([names.split(), *rows])


def import_folders(folder: Path) -> list[str]:
    """Options of a sandbox with reps and their leads, in each CRM as many."""
    hubspot, salesforce = folder / "hubspot", folder / "salesforce"
    for each in (hubspot, salesforce):
        each.mkdir(parents=True)
    numbers = range(1, LEADS + 1)
    rep_of = {n: 1 + n % len(REPS) for n in numbers}
    save(hubspot / "owners.csv", "id email lastName", ((n, f"rep{n}@acme.example", f"Rep {n}") for n in REPS))
    save(
        hubspot / "contacts.csv",
        "hs_object_id email lastname hubspot_owner_id createdate lastmodifieddate",
        ((n, f"a@one{n}.example", f"One {n}", rep_of[n], _CHANGED, _CHANGED) for n in numbers),
    )
    save(
        salesforce / "User.csv",
        "Id Username Email LastName IsActive SystemModstamp",
        ((user_id(n), f"rep{n}", f"rep{n}@acme.example", f"Rep {n}", True, _CHANGED) for n in REPS),
    )
    save(
        salesforce / "Lead.csv",
        "Id Email LastName Company OwnerId CreatedDate SystemModstamp",
        (
            (f"00Q{n:012}", f"b@two{n}.example", f"Two {n}", f"Two {n}", user_id(rep_of[n]), _CHANGED, _CHANGED)
            for n in numbers
        ),
    )  # fmt: skip
    return ["--import", f"hubspot={hubspot}", "--import", f"salesforce={salesforce}"]


def user_id(rep: int) -> str:
    return f"005{rep:012}AAA"


def connected(crm: Sandbox, folder: Path) -> Home:
    """A home with the wrong rows, pulled and built."""
    home = Home(crm, folder)
    mark = home.workspace / MARK  # the demo asks nobody
    mark.write_text(mark.read_text(encoding="utf-8").partition("[writing]")[0], encoding="utf-8")
    for name, lines in _RULES.items():
        (home.workspace / "rules" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    home.pull()
    with warehouse.writer(home.settings.warehouse_file, 5) as db:
        loads.note_build_begins(db)
    home.build(0, also=_READ_BY_A_PREVIEW)
    with warehouse.writer(home.settings.warehouse_file, 5) as db:
        loads.note_build_ended(db)
    return home


def touch(story: Story) -> None:
    """People give some leads to others, take one back themselves, and delete one."""
    home = story.home
    for name, rep in (("hubspot", str), ("salesforce", user_id)):
        given = [key for key in story.moved if key[0] == name][:7]
        deleted = given.pop()
        back = given.pop()
        connector = home.connect(name)
        changes = [Change(key[2], {OWNER[name]: rep(1 + place)}) for place, key in enumerate(given)]
        changes.append(Change(back[2], {OWNER[name]: owner(story.before, back)}))
        assert {each.status for each in connector.push(back[1], changes)} == {"accepted"}
        story.touched |= dict.fromkeys(given, "changed_by_person")
        story.touched |= {back: "already_so", deleted: "merged_or_deleted"}
        remove(home.crm, deleted)


def remove(crm: Sandbox, key: Key) -> None:
    said = crm[key[0]]
    path = "/crm/v3/objects/contacts" if key[0] == "hubspot" else "/services/data/v59.0/sobjects/Lead"
    headers = {"Authorization": f"Bearer {said['token']}"}
    verify = said.get("ca_file", True)
    httpx.delete(f"{said['url']}{path}/{key[2]}", headers=headers, verify=verify).raise_for_status()


@pytest.fixture(scope="module")
def story(start_sandbox: Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("wrong")
    crm = start_sandbox(*import_folders(folder), "--no-limits", "--now", NOW.isoformat())
    with pytest.MonkeyPatch.context() as environment:
        for name, value in crm.environment().items():
            environment.setenv(name, value)
        home = connected(crm, folder)
        config = home.settings
        given = limits.read(config.rules_folder)
        assert given == Limits()
        before = home.shown()
        plan = plans.make(home.models, config)
        preview = previews.make(plan, config)  # leadwright sync --dry-run
        guards.require_ready(["hubspot", "salesforce"], given, config)
        stop = guards.examine(plan, "wrong-run", given, config)  # the run of the schedule
        after_stop = home.shown()
        approvals.approve("wrong-run", config)  # leadwright sync --approve
        covered = guards.examine(plans.make(home.models, config), "approved-run", given, config)
        story = Story(home, plan, before, preview, stop, after_stop, covered)
        home.write("approved-run")
        story.written = home.shown()
        touch(story)
        story.looked = home.undo_plan("approved-run", only="owner")  # leadwright undo --only owner --dry-run
        story.done = home.undo("approved-run", "undo-run", only="owner")  # leadwright undo --only owner
        story.undone = home.shown()
        yield story


def test_the_preview_says_who_would_lose_whose_leads_to_whom(story: Story) -> None:
    moves = {each.name: each for each in story.preview.owner_moves}
    each = 2 * LEADS // len(REPS)
    assert {name: move.loses for name, move in moves.items() if move.loses} == {
        f"Rep {n}": each for n in MISTAKEN
    }
    got = {name: move.gets for name, move in moves.items() if move.gets}
    assert set(got) == {f"Rep {n}" for n in REPS if n not in MISTAKEN}
    assert sum(got.values()) == MOVED >= 2_000
    taken: Counter[str] = Counter()
    for move in moves.values():
        taken.update(move.gets_from)
    assert taken == {f"Rep {n}": each for n in MISTAKEN}
    assert any(
        f"{MOVED:,} of {2 * LEADS:,} leads would get another owner" in text for text in story.preview.asked
    )


def test_the_run_stops_before_it_sends_anything(story: Story) -> None:
    assert story.stop is not None
    assert {reason.code for reason in story.stop.reasons} == {"first_write", "owner"}
    assert story.stop.record_count == story.plan.record_count == 2 * LEADS
    assert story.after_stop == story.before


def test_what_was_approved_is_sent_and_nothing_asked_again(story: Story) -> None:
    assert story.covered is None
    assert len(story.moved) == MOVED
    assert {owner(story.written, key) for key in story.moved} == {
        *("9", "10"),
        *(user_id(9), user_id(10)),
    }
    fates = dict(
        story.home.rows("select status, count(*) from ops.writes where run_id = 'approved-run' group by 1")
    )
    assert fates == {"accepted": 2 * LEADS}


def test_every_owner_is_as_before_but_where_people_were_at_work(story: Story) -> None:
    deleted = {key for key, why in story.touched.items() if why == "merged_or_deleted"}
    assert set(story.before) - set(story.undone) == deleted
    kept = [key for key, why in story.touched.items() if why == "changed_by_person"]
    assert {key: owner(story.undone, key) for key in set(story.undone) - set(kept)} == {
        key: owner(story.before, key) for key in set(story.undone) - set(kept)
    }
    for place, key in enumerate(kept):
        assert owner(story.undone, key) in (str(1 + place % 5), user_id(1 + place % 5))


def test_what_people_touched_is_listed_with_the_reason_beforehand_and_afterwards(story: Story) -> None:
    for undoings in (story.looked, story.done):
        left = {
            (each.model.crm, each.model.object, one.record_id): one.why
            for each in undoings
            for one in each.left
            if one.field == OWNER[each.model.crm]
        }
        assert left == story.touched
        assert sum(each.fields[OWNER[each.model.crm]] for each in undoings) == MOVED - len(story.touched)


def test_the_ledger_has_each_owner_that_was_put_back(story: Story) -> None:
    fates = dict(
        story.home.rows("select status, count(*) from ops.writes where run_id = 'undo-run' group by 1")
    )
    assert set(fates) == {"accepted"}
    ((held,),) = story.home.rows(
        "select count(*) from ops.undone where undo_run_id = 'undo-run' and lifted_at is null "
        "and field in ('hubspot_owner_id', 'OwnerId')"
    )
    assert held == MOVED - len(story.touched)
