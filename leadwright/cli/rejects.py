"""What the CRMs refused: rejects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from leadwright import settings
from leadwright.cli.output import out, print_json
from leadwright.cli.run import Json
from leadwright.cli.terminal import plain
from leadwright.formatting import count, moment

if TYPE_CHECKING:  # it imports Arrow, and help must not wait for that
    from leadwright.writeback.rejects import Reject


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(rejects)


def rejects(
    retry: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="Send again at the next sync what was refused for this: a code, or a part of the CRM's words.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """List what the CRMs refused, by reason, in their own words and with what to do."""
    from leadwright.writeback import rejects as refused

    config = settings.load()
    if retry is not None:
        again = refused.retry(config, retry)
        if json:
            print_json({"retried": again})
        else:
            out.print(f"{count(again)} records are sent again by the next sync, where they still differ.")
        return
    found = refused.listed(config, datetime.now(UTC))
    if json:
        print_json({"rejects": [each.as_dict() for each in found]})
        return
    if not found:
        out.print("No CRM refuses anything.")
    for each in found:
        _show(each)


def _show(each: Reject) -> None:
    what = f"without {', '.join(each.fields)}" if each.fields else "nothing of them was stored"
    out.print(
        f"[bold]{plain(each.crm)} {plain(each.object)}[/]: {count(len(each.ids))} records, {plain(what)}: "
        f"[yellow]{plain(each.code)}[/] since {moment(each.since)}"
    )
    out.print(f"  The CRM says: {plain(each.message)}")
    out.print(
        f"  Records: {plain(', '.join(each.examples))}{' …' if len(each.ids) > len(each.examples) else ''}"
    )
    out.print(f"  To do: {plain(each.advice)}")
    when = f"from {moment(each.until)} on, or once the record changes" if each.until else "by the next sync"
    out.print(f"  Sent again {when}")
