"""Commands that show: explain, dashboard."""

from __future__ import annotations

import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.output import out, print_json
from cli.run import Json
from connectors.errors import ConfigError
from leadwright import settings
from leadwright.explain import explain as explained
from leadwright.figures import decimals_needed, points

_DASHBOARD = Path(__file__).resolve().parent.parent / "dashboards" / "app.py"


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(explain)
    app.command()(dashboard)


def explain(
    lead: Annotated[
        str, typer.Argument(metavar="EMAIL_OR_ID", help="E-mail address, lead id or CRM record id.")
    ],
    json: Json = False,
) -> None:
    """Say why a lead has its score, its grade and its owner."""
    found = explained(lead, settings.load_for_reading())
    if json:
        print_json(found)
    else:
        _show(found)


def _show(found: dict[str, Any]) -> None:
    lead = {name: escape(str(value)) for name, value in found["lead"].items() if value is not None}
    who, company = lead.get("full_name", lead["lead_id"]), lead.get("company_name", "no company known")
    out.print(f"[bold]{who}[/] · {company}")
    out.print(
        f"Score [bold]{lead['score']}[/] = fit {lead['fit_score']} ({lead['fit_band']}) + intent "
        f"{lead['intent_score']} ({lead['intent_band']}): [bold]{lead['grade']}[/], {lead['play']}"
    )
    table = Table("dimension", "what", "value", "points", show_footer=True)
    table.columns[3].justify = "right"
    decimals = decimals_needed([row["points"] for row in found["contributions"]])
    for row in found["contributions"]:
        amount = points(row["points"], decimals, signed=True)
        table.add_row(row["dimension"], escape(row["label"]), escape(str(row["value"] or "")), amount)
    table.columns[3].footer = points(sum(found["sums"].values(), Decimal(0)), decimals)
    table.columns[0].footer = "sum = score"
    out.print(table)
    out.print(f"Owner: [bold]{lead.get('owner_name', 'none')}[/]. {lead.get('owner_reason', '')}")
    out.print(f"Next: {lead.get('next_action', 'nothing due')}")


def dashboard(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8501,
    json: Json = False,
) -> None:
    """Serve the dashboards on this machine until stopped."""
    config = settings.load_for_reading()
    if not config.serving_file.exists():
        raise ConfigError("There is nothing to show yet. Run `leadwright run` or `leadwright demo` first.")
    url = f"http://localhost:{port}"
    if json:
        print_json({"url": url})
    else:
        of_what = " with the demo's data" if config.home != settings.load().home else ""
        out.print(f"Dashboards{of_what}: {url} (Ctrl-C ends it)")
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what Streamlit says is not this command's output
    os.environ["LEADWRIGHT_HOME"] = str(config.home)
    options = ["--server.port", str(port), "--server.headless", "true"]
    # Replaces this process, so that whoever ends it ends the server.
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(_DASHBOARD), *options])
