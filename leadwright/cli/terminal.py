"""Text from a CRM as a terminal may see it: words, and nothing that the terminal would obey.

Anybody who fills in a form writes into these fields. An escape sequence can rewrite what stands on the screen, set the
window's title or the clipboard, and a bidirectional override shows a text in another order than it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.markup import escape
from rich.segment import Segment

_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # control sequences: colours, cursor, erasing
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # title, clipboard, links
    r"|\x1b[ -/]*[0-~]"
)
_UNSEEN = "\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_CONTROLS = re.compile(rf"[\x00-\x08\x0b-\x1f{_UNSEEN}]")
_ESCAPED_IN_JSON = re.compile(rf"[{_UNSEEN}]")  # json escapes the others itself


def plain(value: object) -> str:
    """`value` on one line, to stand in a text with mark-up: what looks like mark-up in it is text."""
    return escape(" ".join(_without_controls(str(value)).split()))


def json_text(text: str) -> str:
    """JSON with the control characters that it allows in strings spelled as escapes."""
    return _ESCAPED_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Inert(RenderHook):
    """Takes control characters out of whatever a console prints, also where nobody thought of it."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Wrap what is about to be printed."""
        return [_Cleaned(renderable) for renderable in renderables]


class _Cleaned:
    def __init__(self, renderable: ConsoleRenderable) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from _cleaned(console.render(self._renderable, options))


def _cleaned(segments: Iterable[Segment]) -> Iterable[Segment]:
    for text, style, control in segments:
        yield Segment(text if control else _without_controls(text), style, control)


def _without_controls(text: str) -> str:
    return _CONTROLS.sub("", _SEQUENCES.sub("", text))
