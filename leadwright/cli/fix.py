"""Commands that find out what is wrong: doctor."""

from __future__ import annotations

from contextlib import nullcontext

import typer

from leadwright import settings
from leadwright.cli.misfits import show_finding
from leadwright.cli.output import err, print_json
from leadwright.cli.run import Json


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(doctor)


def doctor(json: Json = False) -> None:
    """Check settings, credentials, permissions, fields, rules and versions; say what to fix."""
    from leadwright.operate import doctor as doctors

    with nullcontext() if json else err.status("Looking at settings, rules and CRMs"):
        findings = list(doctors.diagnose(settings.load()))
    healthy = all(f.ok for f in findings)
    if json:
        rows = [{"check": f.check, "ok": f.ok, "detail": f.detail, "fix": f.fix} for f in findings]
        print_json({"ok": healthy, "findings": rows})
    else:
        for f in findings:
            show_finding(f)
    raise typer.Exit(0 if healthy else 1)
