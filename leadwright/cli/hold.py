"""Commands that stop all writing to the CRMs and let it go on: pause, resume."""

from __future__ import annotations

from typing import Annotated

import typer

from leadwright import settings
from leadwright.cli.output import out, print_json
from leadwright.cli.run import Json
from leadwright.cli.terminal import plain


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(pause)
    app.command()(resume)


def pause(
    reason: Annotated[str, typer.Option(help="Why; runs and `doctor` say it.")] = "", json: Json = False
) -> None:
    """Write nothing to any CRM until `leadwright resume`; a run that is under way stops after its present call."""
    from leadwright.writeback import pausing

    made = pausing.pause(settings.load(), reason)
    if json:
        print_json({"paused": True, "said": str(made)})
    else:
        out.print(
            f"{plain(str(made))} Runs pull, score and publish as ever. `leadwright resume` lets them write."
        )


def resume(json: Json = False) -> None:
    """Let runs write to the CRMs again; the next one sends what was left."""
    from leadwright.writeback import pausing

    ended = pausing.resume(settings.load())
    if json:
        print_json({"paused": False, "was_paused": ended is not None})
    elif ended:
        out.print("Writing goes on with the next run; `leadwright run` starts one.")
    else:
        out.print("Writing was not paused.")
