"""The words of notices: templates of ours, and those of the same name in the folder `notices` of a workspace.

The first line of a template is the subject. What is put in is text and stays text: a source may be called
`<!channel>` or `[click](https://…)`. Slack's mrkdwn, Teams' Markdown and whatever else a block may lead to are escaped
in ways of their own, and what sends to them escapes again, or undoes it; so the signs that any of them reads are
replaced by their wide forms, which look like them and mean nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from leadwright.formatting import count, moment
from leadwright.notices.changes import Condition, Notice
from leadwright.notices.destinations import KINDS
from leadwright.settings import Settings

FOLDER = "notices"
"""Of a workspace: its own templates."""

TEST = "test"
"""The notice that only shows that notices arrive."""

_OURS = Path(__file__).parent / "templates"
_PAGE = "mail.html"
_LONGEST_SUBJECT = 150
_SIGNS = {ord(sign): ord(sign) + 0xFEE0 for sign in "<>&*~`[]|@\\"}
# within a word, as in paid_search, no markup reads it
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ADDRESS = re.compile(r"(?<=:)/(?=/)")


@dataclass(frozen=True, slots=True)
class Message:
    """A notice as it is sent: `text` and `html` by mail, `chat` everywhere else."""

    subject: str
    chat_subject: str
    text: str
    chat: str
    html: str


def message(notice: Notice, settings: Settings) -> Message:
    """The words of a notice; ours where the workspace's cannot be rendered."""
    return _message(notice.condition.kind, _facts(notice, settings), settings)


def test_message(destination: str, settings: Settings) -> Message:
    """The words of a notice that only shows that notices arrive."""
    return _message(TEST, {"where": _where(settings), "destination": destination}, settings)


def faults(settings: Settings) -> Iterator[str]:
    """What is wrong with the workspace's own templates, in words."""
    folder = settings.rules_folder / FOLDER
    own = sorted(file.name for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []
    known = [f"{kind}.txt" for kind in (*KINDS, TEST)] + [_PAGE]
    for name in own:
        if name not in known and not name.startswith("."):
            yield f"{name} is no template; there are: {', '.join(known)}"
    for kind in (*KINDS, TEST):
        if f"{kind}.txt" in own or _PAGE in own:
            yield from dict.fromkeys(_faults_of(kind, folder, settings))


def chat(value: object) -> str:
    """A value as text that no chat reads as markup, a link or a call of somebody."""
    return _ADDRESS.sub("\u2215", _EDGE.sub("\uff3f", plain(value)).translate(_SIGNS))


def plain(value: object) -> str:
    """A value in one line, without signs that are not seen."""
    unseen: dict[str, int | str | None] = {c: " " for c in str(value) if unicodedata.category(c) in _UNSEEN}
    return re.sub(r"\s+", " ", str(value).translate(str.maketrans(unseen)))


_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _message(kind: str, facts: Mapping[str, Any], settings: Settings) -> Message:
    folder = settings.rules_folder / FOLDER
    subject, text = _parts(kind, facts, plain, folder)
    chat_subject, chat_text = _parts(kind, facts, chat, folder)
    page = {"subject": subject, "paragraphs": [part.splitlines() for part in re.split(r"\n{2,}", text)]}
    try:
        html = _render(_PAGE, page, None, folder)
    except Exception:  # noqa: BLE001 - a company's template; ours says the same
        html = _render(_PAGE, page, None, _OURS)
    return Message(subject, chat_subject, text, chat_text, html)


def _parts(
    kind: str, facts: Mapping[str, Any], spell: Callable[[object], str], folder: Path
) -> tuple[str, str]:
    """Subject and body; by our template where the folder has none, or it fails or says nothing."""
    try:
        subject, body = _split(_render(f"{kind}.txt", facts, spell, folder))
    except Exception:  # noqa: BLE001 - a company's template; ours says the same
        subject = body = ""
    if not subject or not body:
        subject, body = _split(_render(f"{kind}.txt", facts, spell, _OURS))
    return subject, body


def _split(text: str) -> tuple[str, str]:
    first, _, rest = text.strip().partition("\n")
    return first.strip()[:_LONGEST_SUBJECT], re.sub(r"\n{3,}", "\n\n", rest).strip()


def _render(name: str, facts: Mapping[str, Any], spell: Callable[[object], str] | None, folder: Path) -> str:
    """A template; what it puts in is spelled by `spell`, or escaped for HTML where there is none."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader([folder, _OURS]),
        undefined=StrictUndefined,
        autoescape=spell is None,
        finalize=spell,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": count, "moment": moment, "percent": _percent}
    return environment.get_template(name).render(facts)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _facts(notice: Notice, settings: Settings) -> dict[str, Any]:
    facts = {"where": _where(settings), "is_over": notice.is_over, "since": notice.since}
    return {**notice.facts, **facts}


def _where(settings: Settings) -> str:
    """Which installation tells: a test org and production may share a workspace, and each has a home."""
    return f"{settings.rules_folder.name}, {settings.home}"


_AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
_EXAMPLES: dict[str, dict[str, Any]] = {
    "failed_run": {
        "flow": "qualify",
        "command": "leadwright run",
        "run": "0552fc91",
        "began_at": _AT,
        "stage": "pull",
        "reason": "HubSpot refused the token.",
        "ended": "failed",
        "next_run": "77aa01b2",
    },
    "guard_rail": {
        "run": "0552fc91",
        "command": "leadwright sync --approve 0552fc91",
        "record_count": 2000,
        "reasons": ["2,000 of 20,000 leads would get another owner."],
    },
    "rejected_share": {
        "crm": "hubspot",
        "object": "contacts",
        "sent_count": 400,
        "rejected_count": 40,
        "share": 0.1,
        "limit": 0.05,
    },
    "silent_source": {
        "what": "the source paid_search",
        "last_lead_at": _AT,
        "silent_from": _AT,
        "lead_count": 480,
        "heard_at": _AT,
    },
    "score_drift": {
        "measure": "grades",
        "index": 0.41,
        "band": "Hot",
        "earlier_share": 0.1,
        "recent_share": 0.3,
        "recent_count": 200,
        "earlier_count": 800,
    },
    "model_drift": {
        "model": "4f1c22aa",
        "measure": "input",
        "subjects": ["country", "employee_count"],
        "lead_count": 900,
        "expected_rate": None,
        "rate": None,
    },
}


def example(kind: str, *, is_over: bool) -> Notice:
    """A made-up notice of a kind."""
    begun = Condition(f"example/{kind}", kind, "wrong", _AT, _EXAMPLES[kind])
    ended = Condition(f"example/{kind}", kind, facts=_EXAMPLES[kind])
    return Notice("example", ended if is_over else begun, begun if is_over else None)


def _faults_of(kind: str, folder: Path, settings: Settings) -> Iterator[str]:
    for is_over in (False, True):
        facts: dict[str, Any] = {"where": "here", "destination": "here"}
        if kind != TEST:
            facts = _facts(example(kind, is_over=is_over), settings)
        try:
            subject, body = _split(_render(f"{kind}.txt", facts, plain, folder))
            if not subject or not body:
                yield f"{kind}.txt says nothing: its first line is the subject, and the text follows"
        except Exception as error:  # noqa: BLE001 - whatever a company's template does
            yield f"{kind}.txt fails: {type(error).__name__}: {plain(error)[:200]}"
        try:
            _render(_PAGE, {"subject": "s", "paragraphs": [["a"]]}, None, folder)
        except Exception as error:  # noqa: BLE001 - whatever a company's template does
            yield f"{_PAGE} fails: {type(error).__name__}: {plain(error)[:200]}"
