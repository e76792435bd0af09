"""The command's frame: which commands there are, how errors end, and the exit codes.

Exit codes: 0 done; 1 failed; 2 wrong settings, rules or call; 3 a run asks before it sends (`sync --approve`); 4 a run
did not send, because writing is paused (`resume`); 130 stopped with Ctrl-C
(143 by SIGTERM, 129 by a terminal that was closed; see `stopping`).
"""

from __future__ import annotations

import sys
import tempfile
import traceback
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer
from rich.markup import escape

from leadwright import diskspace, settings
from leadwright.cli import (
    backtest,
    demo,
    fields,
    fix,
    hold,
    init,
    keep,
    leave,
    look,
    model,
    notices,
    person,
    reconcile,
    rejects,
    rules,
    run,
    sandbox,
    stopping,
    study,
    train,
    undo,
)
from leadwright.cli.output import err, print_json
from leadwright.connectors.errors import ConfigError, LeadwrightError
from leadwright.transform import preview


@dataclass(frozen=True, slots=True)
class Failure:
    """How a command failed."""

    message: str
    kind: str
    code: int


_INTERRUPTED = 130

app = typer.Typer(
    name="leadwright",
    help="Lead qualification as code: pull leads from CRMs, score, route and write back.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (
    init,
    run,
    hold,
    undo,
    notices,
    rejects,
    reconcile,
    look,
    study,
    rules,
    train,
    model,
    backtest,
    leave,
    fields,
    fix,
    keep,
    person,
    sandbox,
    demo,
):
    module.register(app)


def main() -> None:
    """Run the command; end with one clear message where it fails."""
    settings.prepare_environment()
    stopping.before(preview.remove_copies)
    ended = _run()
    stopping.end_if_told()
    if isinstance(ended, int):
        stopping.leave(ended)
    if "--json" in sys.argv:
        print_json({"error": {"kind": ended.kind, "message": ended.message}})
    err.print(f"[bold red]Error:[/] {escape(ended.message)}")
    stopping.end(ended.code)


def _run() -> Failure | int:
    """Run the command; its exit code, or what to say where it failed."""
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as error:
        return Failure(f"{error.format_message()} `leadwright --help` lists what there is.", "UsageError", 2)
    except Exception as error:  # noqa: BLE001 - the last resort of a command; the traceback is kept
        return _failure(error)
    if code == _INTERRUPTED:
        return Failure(
            "Stopped. Run the same command again; nothing is sent twice.", "Interrupted", _INTERRUPTED
        )
    return code if isinstance(code, int) else 0


def _failure(error: Exception) -> Failure:
    """What to say of an error."""
    error = diskspace.explained(error, _home()) or error
    kind = type(error).__name__
    if isinstance(error, LeadwrightError):
        return Failure(str(error), kind, 2 if isinstance(error, ConfigError) else 1)
    message = f"Leadwright met something it does not know how to handle ({kind})."
    return Failure(f"{message} Details are in {_keep_traceback()}.", kind, 1)


def _home() -> Path:
    try:
        return settings.load().home
    except LeadwrightError:
        return Path.cwd()


def _keep_traceback() -> Path:
    """Write the traceback beside the other state, because a terminal is no place for it; else where there is room."""
    text = traceback.format_exc()
    name = f"error-{datetime.now():%Y%m%d-%H%M%S}.txt"
    try:
        logs = settings.load().make_home() / "logs"
        logs.mkdir(exist_ok=True)
    except (LeadwrightError, OSError):
        logs = Path(tempfile.mkdtemp(prefix="leadwright-"))
    file = logs / name
    file.write_text(text)
    return file
