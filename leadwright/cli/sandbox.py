"""The command `sandbox`: a local CRM that speaks both wire protocols, in this process, until SIGTERM."""

from __future__ import annotations

import typer

from leadwright import extras
from leadwright.cli import stopping
from leadwright.connectors.errors import ConfigError, FatalError


def register(app: typer.Typer) -> None:
    """Add the command to `app`; its options are the sandbox's own."""
    pass_on = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
    app.command(context_settings=pass_on, add_help_option=False)(sandbox)


def sandbox(context: typer.Context) -> None:
    """Run a local HubSpot and Salesforce to try things on (see `leadwright sandbox --help`)."""
    extras.require("sandbox")
    from leadwright_sandbox.__main__ import start
    from leadwright_sandbox.importer import ImportRefusedError
    from leadwright_sandbox.options import OptionsError

    stopping.leave_to_the_command()
    try:
        start([argument for argument in context.args if argument != "--json"])  # it prints JSON anyway
    except OptionsError as error:
        raise ConfigError(f"{error}. `leadwright sandbox --help` lists the options.") from None
    except ImportRefusedError as refusal:
        raise ConfigError(str(refusal)) from None
    except OSError as problem:
        raise FatalError(f"The sandbox cannot start: {problem}") from None
