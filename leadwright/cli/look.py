"""Commands that show: explain, dashboard."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from leadwright import extras, settings
from leadwright.cli.lines import show_lines, show_side_by_side
from leadwright.cli.output import bars, out, print_json
from leadwright.cli.run import Json
from leadwright.cli.terminal import plain
from leadwright.connectors.errors import ConfigError
from leadwright.explain.now import explain as explained
from leadwright.formatting import moment

SECRETS = ".streamlit/secrets.toml"
"""The workspace's file by which Streamlit knows who signs people in."""


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(explain)
    app.command()(dashboard)


def explain(
    lead: Annotated[
        str, typer.Argument(metavar="EMAIL_OR_ID", help="E-mail address, lead id or CRM record id.")
    ],
    at: Annotated[
        str | None, typer.Option(help="As of this moment: 2026-05-31 (its end) or '2026-05-31 14:30' UTC.")
    ] = None,
    begin: Annotated[
        str | None, typer.Option("--from", "--since", help="What changed since this moment, line by line.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="With --from: up to this moment; the last run where left out.")
    ] = None,
    json: Json = False,
) -> None:
    """Say why a lead has its score, its grade and its owner: now, at an earlier moment, or between two."""
    if (at and (begin or end)) or (end and not begin):
        raise ConfigError("Give --at T, or --from T1 and if need be --to T2.")
    config = settings.load_for_reading()
    found: dict[str, Any]
    if at or begin:
        from leadwright.explain import earlier  # imports dbt, which takes a second
    if at:
        with bars(quiet=json):
            found = earlier.explain_at(lead, at, config)
    elif begin:
        with bars(quiet=json):
            found = earlier.explain_between(lead, begin, end, config)
    else:
        found = explained(lead, config)
    if json:
        print_json(found)
    elif begin:
        _show_between(found)
    elif at:
        _show_past(found)
    else:
        _show(found)


def _show(found: dict[str, Any]) -> None:
    lead = {name: plain(value) for name, value in found["lead"].items() if value is not None}
    _show_merge(found)
    _show_score(lead)
    if any(line["kind"] == "model" for line in found["contributions"]):
        out.print(lead["top_reasons"])
    show_lines(found["contributions"])
    out.print(f"Owner: [bold]{lead.get('owner_name', 'none')}[/]. {lead.get('owner_reason', '')}")
    out.print(f"Next: {lead.get('next_action', 'nothing due')}")


def _show_score(lead: Mapping[str, str]) -> None:
    who, company = lead.get("full_name", lead["lead_id"]), lead.get("company_name", "no company known")
    out.print(f"[bold]{who}[/] · {company}")
    out.print(
        f"Score [bold]{lead['score']}[/] = fit {lead['fit_score']} ({lead['fit_band']}) + intent "
        f"{lead['intent_score']} ({lead['intent_band']}): [bold]{lead['grade']}[/], {lead['play']}"
    )
    if "disqualified_reason" in lead:
        out.print(
            f"Disqualified: [bold]{lead['disqualified_reason']}[/]. The band of fit is low whatever its points."
        )
    if "override_grade" in lead:
        why = f": {lead['override_reason']}" if "override_reason" in lead else ""
        out.print(
            f"{lead['override_grade']} was set by {lead.get('override_by', 'a person')}{why}; "
            f"the rules say {lead['automatic_grade']}."
        )


def _show_merge(found: Mapping[str, Any]) -> None:
    if merged := found["merged"]:
        out.print(
            f"{merged['lead_id']} was merged into {found['lead']['lead_id']} on {moment(merged['merged_at'])}."
        )


def _show_past(found: dict[str, Any]) -> None:
    out.print(f"As of {moment(found['as_of'])}")
    _show_merge(found)
    _show_score({name: plain(value) for name, value in found["lead"].items() if value is not None})
    show_lines(found["contributions"])
    out.print(_on_record(found))
    for note in found["notes"]:
        out.print(note, style="dim")


def _on_record(found: Mapping[str, Any]) -> str:
    """What was shown at the time, and whether the rules of today give the same."""
    recorded, changed = found["recorded"], found["rules_changed_since"]
    if recorded is None:
        return "No run had scored the lead by then: nothing was shown in the CRM."
    shown = (
        f"Shown then: {recorded['score']} = {recorded['fit_score']} + {recorded['intent_score']}, "
        f"{recorded['grade']}, since {moment(recorded['changed_at'])} ({recorded['cause']}; "
        f"rule set {recorded['rule_set_hash'][:8]})"
    )
    if found["agrees"]:
        return f"{shown}: the same."
    why = (
        f"rules changed since: {plain(', '.join(changed[:5]))}{' ...' if len(changed) > 5 else ''}"
        if changed
        else "the rules are the same; what the CRMs tell about the lead or its time changed since"
    )
    return f"[yellow]{shown}: [bold]not[/] what today's rules and data give; {why}.[/]"


def _show_between(found: dict[str, Any]) -> None:
    before, after = found["before"], found["after"]
    lead = found["lead"]
    out.print(f"[bold]{plain(lead['full_name'] or lead['lead_id'])}[/]")
    _show_merge(found)
    for side in (before, after):
        out.print(f"{moment(side['as_of'])}: [bold]{side['lead']['score']}[/], {side['lead']['grade']}")
    show_side_by_side(
        found["contributions"],
        f"{before['as_of']:%d %b %Y}",
        f"{after['as_of']:%d %b %Y}",
        before["lead"]["score"],
        after["lead"]["score"],
    )
    if found["changes"]:
        table = Table("on record", "what", "before", "after", "cause")
        for row in found["changes"]:
            values = (plain(row[name] or "") for name in ("earlier_value", "value", "cause"))
            table.add_row(moment(row["changed_at"]), row["subject"], *values)
        out.print(table)
    else:
        out.print("No run saw a change in between.")
    for note in found["notes"]:
        out.print(note, style="dim")


def dashboard(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = 8501,
    json: Json = False,
) -> None:
    """Serve the dashboards on this machine until stopped."""
    extras.require("dashboards")
    config = settings.load_for_reading()
    if not config.serving_file.exists():
        raise ConfigError("There is nothing to show yet. Run `leadwright run` or `leadwright demo` first.")
    _require_free(port)
    url = f"http://localhost:{port}"
    if json:
        print_json({"url": url})
    else:
        of_what = " with the demo's data" if config.home != settings.load().home else ""
        out.print(f"Dashboards{of_what}: {url} (Ctrl-C ends it)")
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what Streamlit says is not this command's output
    options = ["--server.port", str(port), "--server.headless", "true"]
    if (secrets := config.rules_folder / SECRETS).is_file():
        options += ["--secrets.files", str(secrets)]
    command = [sys.executable, "-m", "leadwright.dashboards", *options]
    environment = settings.environment_without_secrets("STREAMLIT_") | settings.as_environment(config)
    os.chdir(config.home)  # where no `.env` tells it the secrets that it was started without
    # Replaces this process, so that whoever ends it ends the server.
    os.execve(sys.executable, command, environment)


def _require_free(port: int) -> None:
    """Raise ConfigError where nobody can listen on `port`: Streamlit would say so after we had named the address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does it
        try:
            probe.bind(("", port))
        except OSError as error:
            raise ConfigError(
                f"Nothing can be served on port {port} ({error.strerror}). "
                "End what uses it, or choose another with --port."
            ) from None
