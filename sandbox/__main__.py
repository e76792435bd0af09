"""Starts the sandbox: `python -m sandbox --help` says how."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.control import PREFIX, WithControl
from sandbox.hubspot import HubSpot
from sandbox.importer import ImportRefusedError, read_folder
from sandbox.options import parser
from sandbox.server import Listener, bind, serve
from sandbox.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox; return the exit code."""
    options = parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="sandbox-") as scratch:
            run(options, options.state or Path(scratch))
    except ImportRefusedError as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 - the message is the command's output
        return 2
    return 0


def run(options: Any, folder: Path) -> None:
    """Build, fill and serve both CRMs, with their files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = Clock(options.now)
    hubspot = HubSpot(_store(options, folder, "hubspot"), clock, options.limits, options.hubspot_scopes)
    _fill(options, clock, hubspot)
    app = WithControl(hubspot.app, {"hubspot": hubspot.requests}) if options.control else hubspot.app
    plain = Listener(app, bind(options.hubspot_port))
    line: dict[str, Any] = {"hubspot": {"url": plain.url, "token": hubspot.token}}
    if options.control:
        line["control"] = {"url": plain.url + PREFIX}
    serve([plain], lambda: print(json.dumps(line), flush=True))  # noqa: T201


def _store(options: Any, folder: Path, crm: str) -> Store:
    if options.state is None:
        return Store()
    path = folder / f"{crm}.sqlite"
    path.unlink(missing_ok=True)
    return Store(path)


def _fill(options: Any, clock: Clock, hubspot: HubSpot) -> None:
    """Fill the CRMs: all imports are checked before the first row is loaded."""
    batches = [read_folder(folder, hubspot) for _, folder in options.imports]
    for batch in batches:
        batch.load()


if __name__ == "__main__":
    sys.exit(main())
