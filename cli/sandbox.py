"""The command `sandbox`: a local CRM that speaks both wire protocols, in this process, until SIGTERM."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`; its options are the sandbox's own."""
    pass_on = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
    app.command(context_settings=pass_on, add_help_option=False)(sandbox)


def sandbox(context: typer.Context) -> None:
    """Run a local HubSpot and Salesforce to try things on (see `leadwright sandbox --help`)."""
    from sandbox.__main__ import main

    raise typer.Exit(main(context.args))
