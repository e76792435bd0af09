"""Starts the sandbox: `python -m sandbox --help` says how."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.control import PREFIX, Control
from leadwright_sandbox.counting import Counts
from leadwright_sandbox.dated import dated
from leadwright_sandbox.faults import Faults
from leadwright_sandbox.filling import fill
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.app import build_app, route
from leadwright_sandbox.importer import ImportRefusedError
from leadwright_sandbox.live import Live
from leadwright_sandbox.options import OptionsError, parser
from leadwright_sandbox.proxy import Proxy
from leadwright_sandbox.refusals import hubspot_side, salesforce_side
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.server import Listener, bind, make_certificate, serve
from leadwright_sandbox.store import Store
from leadwright_sandbox.truth import Truth

CA_FILE = "sandbox-ca.pem"
KEY_FILE = "salesforce-jwt-key.pem"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox; return the exit code."""
    try:
        start(arguments)
    except (OptionsError, ImportRefusedError) as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 - the message is the command's output
        return 2
    except OSError as problem:
        print(f"The sandbox cannot start: {problem}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)  # noqa: T201
        return 130
    return 0


def start(arguments: Sequence[str] | None = None) -> None:
    """Run the sandbox until it is told to end.

    Raises:
        OptionsError: the command line cannot be understood.
        ImportRefusedError: a file to import is broken.
        OSError: a port that is taken, a folder that cannot be written.
    """
    line = parser()
    options = line.parse_args(arguments)
    if options.live and (options.imports or options.leads == 0):
        line.error("--live goes on with a made population: give --leads, and no --import")
    # while a population is made; later the server waits for the signal
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="sandbox-") as scratch:
        run(options, options.state or Path(scratch))


def run(options: Namespace, folder: Path) -> None:
    """Build, fill and serve both CRMs, with their files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = Clock(options.now, options.speed)
    clock.hold(clock.now())  # filling takes time that does not pass in the sandbox
    hubspot = HubSpot(
        _store(options, folder, "hubspot"), clock, options.limits, options.hubspot_scopes, number=options.seed
    )
    salesforce = Salesforce(
        _store(options, folder, "salesforce"),
        clock,
        options.limits,
        permissions=options.salesforce_permissions,
        session_seconds=options.salesforce_session,
        number=options.seed,
    )
    truth = Truth(_store(options, folder, "truth"))
    leads = fill(options, clock, hubspot, salesforce, truth)
    live = None
    if options.live:
        live = Live(options.seed, leads, options.mailings, clock, hubspot, salesforce, truth, options.busy)
    hubspot.search_lag.seconds = options.search_lag
    apps = _apps(options, clock, hubspot, salesforce, truth, live)
    plain = Listener(apps["hubspot"], bind(options.hubspot_port), options.idle)
    ca_file = folder.resolve() / CA_FILE
    secure = Listener(
        apps["salesforce"], bind(options.salesforce_port), options.idle, make_certificate(ca_file)
    )
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
        named = Listener(apps["hubspot"], bind(0), options.idle, secure.tls)
        proxy = Proxy(bind(0), {"hubspot": named.port, "salesforce": secure.port})
        listeners.append(named)
        line["proxy"] = {"url": proxy.url, "ca_file": str(ca_file)}

    def begin() -> None:
        clock.start(clock.now() if options.now else datetime.now(UTC))
        print(json.dumps(line), flush=True)  # noqa: T201

    serve(listeners, begin, proxy, live.go_on if live is not None and options.speed else None)


def _apps(
    options: Namespace,
    clock: Clock,
    hubspot: HubSpot,
    salesforce: Salesforce,
    truth: Truth,
    live: Live | None,
) -> dict[str, ASGIApp]:
    """Both CRMs as they are served: behind faults and the control API, in a world that has caught up."""
    apps: dict[str, ASGIApp] = {"hubspot": build_app(hubspot), "salesforce": salesforce.app}
    if options.control:
        faults = Faults({"hubspot": hubspot_side(hubspot), "salesforce": salesforce_side(salesforce)})
        counts = {"hubspot": Counts(route), "salesforce": Counts(salesforce.app.route)}
        apps = {crm: counts[crm].around(faults.around(crm, app)) for crm, app in apps.items()}
        control = Control(clock, faults, hubspot, salesforce, truth, counts, live)
        apps["hubspot"] = control.before(apps["hubspot"])
    if live is not None:
        apps = {crm: live.before(app) for crm, app in apps.items()}
    return {crm: dated(app, clock.now) for crm, app in apps.items()}


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
