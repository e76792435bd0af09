"""What a run needs before its first call: Prefect's server and the parsed dbt project, made side by side.

The imports are in the functions, in the order in which they are needed: together they take as long as the server does.
"""

from __future__ import annotations

import atexit
from threading import Thread

from leadwright.cli import stopping
from leadwright.flows import early
from leadwright.flows.early import EarlyServer


def begin() -> EarlyServer | None:
    """Start Prefect's server, where it needs starting; the settings for it are prepared."""
    server = early.start()
    if server:
        stopping.before(server.kill)
        atexit.register(server.stop)
    return server


def finish(server: EarlyServer | None) -> None:
    """Parse the dbt project, and wait for the server that `begin` started. Prefect must not be imported before.

    Raises:
        UnavailableError: a server of the user's own is set and does not answer.
        ConfigError: the project does not parse.
    """
    warming = None if server else _warm_up()
    from leadwright.flows.parsed import project

    project().manifest()
    if server and server.use():
        return
    (warming or _warm_up()).join()


def _warm_up() -> Thread:
    """Have Prefect start the server, or ask the user's own."""
    from leadwright.flows.server import stop, warm_up

    stopping.before(stop)
    return warm_up()
