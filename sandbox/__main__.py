"""Starts the sandbox: `python -m sandbox --help` says how."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from sandbox.clock import Clock
from sandbox.control import PREFIX, Control
from sandbox.faults import Faults
from sandbox.filling import fill
from sandbox.hubspot import HubSpot
from sandbox.importer import ImportRefusedError
from sandbox.options import parser
from sandbox.proxy import Proxy
from sandbox.salesforce import Salesforce
from sandbox.server import Listener, bind, make_certificate, serve
from sandbox.store import Store
from sandbox.truth import Truth

CA_FILE = "sandbox-ca.pem"
KEY_FILE = "salesforce-jwt-key.pem"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox; return the exit code."""
    options = parser().parse_args(arguments)
    # while a population is made; later the server waits for the signal
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with tempfile.TemporaryDirectory(prefix="sandbox-") as scratch:
            run(options, options.state or Path(scratch))
    except ImportRefusedError as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 - the message is the command's output
        return 2
    except OSError as problem:  # a port that is taken, a folder that cannot be written
        print(f"The sandbox cannot start: {problem}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def run(options: Namespace, folder: Path) -> None:
    """Build, fill and serve both CRMs, with their files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = Clock(options.now)
    hubspot = HubSpot(_store(options, folder, "hubspot"), clock, options.limits, options.hubspot_scopes)
    salesforce = Salesforce(_store(options, folder, "salesforce"), clock, options.limits)
    truth = Truth(_store(options, folder, "truth"))
    fill(options, clock, hubspot, salesforce, truth)
    hubspot.search_lag.seconds = options.search_lag
    apps: dict[str, ASGIApp] = {"hubspot": hubspot.app, "salesforce": salesforce.app}
    if options.control:
        faults = Faults()
        apps = {crm: faults.around(crm, app) for crm, app in apps.items()}
        apps["hubspot"] = Control(clock, faults, hubspot, salesforce, truth).before(apps["hubspot"])
    plain = Listener(apps["hubspot"], bind(options.hubspot_port))
    ca_file = folder.resolve() / CA_FILE
    secure = Listener(apps["salesforce"], bind(options.salesforce_port), make_certificate(ca_file))
    line: dict[str, Any] = {
        "hubspot": {"url": plain.url, **hubspot.credentials()},
        "salesforce": {
            "url": secure.url,
            **_salesforce_credentials(salesforce, folder),
            "ca_file": str(ca_file),
        },
    }
    if options.control:
        line["control"] = {"url": plain.url + PREFIX}
    listeners, proxy = [plain, secure], None
    if options.proxy:
        named = Listener(apps["hubspot"], bind(0), secure.tls)
        proxy = Proxy(bind(0), {"hubspot": named.port, "salesforce": secure.port})
        listeners.append(named)
        line["proxy"] = {"url": proxy.url, "ca_file": str(ca_file)}
    serve(listeners, lambda: print(json.dumps(line), flush=True), proxy)  # noqa: T201


def _salesforce_credentials(salesforce: Salesforce, folder: Path) -> dict[str, str]:
    """What callers sign in with; the key for JWT goes to a file, as libraries expect it."""
    credentials = dict(salesforce.credentials())
    key_file = folder.resolve() / KEY_FILE
    key_file.touch(mode=0o600)
    key_file.write_text(credentials.pop("private_key"), encoding="utf-8")
    return {**credentials, "private_key_file": str(key_file)}


def _store(options: Namespace, folder: Path, crm: str) -> Store:
    if options.state is None:
        return Store()
    path = folder / f"{crm}.sqlite"
    path.unlink(missing_ok=True)
    return Store(path)


if __name__ == "__main__":
    sys.exit(main())
