"""What the command line prints: words and tables for people, one JSON object for programs, bars while waiting."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from leadwright import progress
from leadwright.cli.terminal import Inert, json_text, plain

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
for _console in (out, err):
    _console.push_render_hook(Inert())

_TITLES = {"pull": "Pulling from the CRMs", "transform": "Scoring and routing", "write": "Writing back"} | {
    "reports": "Building the reports",
    "learning": "Reading the past",
}


def print_json(value: Mapping[str, Any]) -> None:
    """Print `value` as the one JSON object on stdout."""
    sys.stdout.write(json_text(json.dumps(value, default=_plain, ensure_ascii=False)) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


@contextmanager
def bars(*, quiet: bool) -> Iterator[None]:
    """Show a bar for each stage that moves, on stderr, gone when it ends.

    Args:
        quiet: show nothing.
    """
    if quiet or not err.is_terminal:
        yield
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} {task.fields[what]}"),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=err, transient=True) as shown:
        starting = shown.add_task("Starting", total=None, what="")

        def moved(stage: str, what: str, count: int) -> None:
            if stage not in tasks:
                shown.update(starting, visible=False)
                tasks[stage] = shown.add_task(_TITLES.get(stage, stage), total=None, what=what)
            shown.update(tasks[stage], advance=count, what=what, total=progress.total(stage))

        def wait(message: str) -> None:
            shown.update(tasks.get("pull", starting), what=plain(message))

        with progress.listening(moved), _told(wait):
            yield


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """The number, where something has moved."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")


@contextmanager
def _told(tell: Callable[[str], None]) -> Iterator[None]:
    """Tell what a connector waits for or tries again."""
    handler = logging.Handler(logging.INFO)
    handler.emit = lambda record: tell(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("leadwright.connectors")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
