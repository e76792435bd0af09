"""Prefect's short-lived server, started before this process imports Prefect.

Prefect starts one itself when it is first asked something, and imports all of the server into the process that asks.
A run that a person starts begins with it instead: it comes up while dbt is imported and the project is parsed. Run as
a program, this module is that server; it ends with the process that started it, however that ends.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from threading import Thread

_GRACE_SECONDS = 5.0  # as Prefect gives its own
_ENVIRONMENT = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}


class EarlyServer:
    """A server that is coming up in a process of its own."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:  # early calls wait, none is refused
            self._port: int = listening.getsockname()[1]
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(listening.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                pass_fds=[listening.fileno()],
                env={**os.environ, **_ENVIRONMENT},
                process_group=0,  # Ctrl-C is for the run, which then tells the server how it ended
            )

    def use(self) -> bool:
        """Make it the server of this process as soon as it answers; False where it does not. Prefect must not be
        imported yet: it reads its settings once."""
        give_up_at = time.monotonic() + float(os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"])
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                self.kill()
                return False
            time.sleep(0.05)
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{self._port}/api"
        return True

    def stop(self) -> None:
        """End it after it has stored what it was told."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=1)
        try:
            connection.request("GET", "/api/health")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def start() -> EarlyServer | None:
    """Start the server; None where one of the user's own is named in the environment."""
    return None if os.environ.get("PREFECT_API_URL") else EarlyServer()


def _serve(listening: int) -> None:
    """Be the server, unless Prefect's profile or files name one."""
    Thread(target=_end_with_starter, daemon=True).start()
    import uvicorn
    from prefect.settings import PREFECT_API_URL, PREFECT_SERVER_EPHEMERAL_ENABLED

    if PREFECT_API_URL.value() or not PREFECT_SERVER_EPHEMERAL_ENABLED.value():
        return
    config = uvicorn.Config(
        "prefect.server.api.server:create_app", factory=True, log_level="error", lifespan="on"
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=listening)])


def _end_with_starter() -> None:
    """Wait for the other end of standard input to be closed, which a process that is killed does, too."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
