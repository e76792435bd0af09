"""Serves the dashboards, as `streamlit run` does, and ends like our other commands when it is stopped."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from streamlit.web import cli

STOPPED = 130


def main() -> None:
    """Serve until stopped; the arguments are options of `streamlit run`."""
    try:
        cli.main(["run", str(Path(__file__).with_name("app.py")), *sys.argv[1:]], standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("Stopped.\n")
        sys.exit(STOPPED)


main()
