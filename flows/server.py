"""Prefect's server before a run that a person starts: his own has to be there, else a short-lived one is started."""

from __future__ import annotations

import sys
from threading import Thread

import httpx
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from leadwright.connectors.errors import UnavailableError, host

_TIMEOUT = 10.0  # seconds


def warm_up() -> Thread:
    """Start the server in the background, where it needs starting, while something else is done.

    It takes 5 to 20 seconds of one core (the first time it also makes its database). A fault here is not told:
    the flow meets it again and says so.

    Raises:
        UnavailableError: a server of one's own is set and does not answer.
    """
    if url := PREFECT_API_URL.value():
        _require_answer(url)
    thread = Thread(target=_ask, daemon=True)
    thread.start()
    return thread


def stop() -> None:
    """End the short-lived server at once, where one was started: it outlives a process that does not end as usual."""
    if module := sys.modules.get("prefect.server.api.server"):  # takes seconds to import for nothing
        for server in list(module.SubprocessASGIServer._instances.values()):
            if server.server_process:
                server.server_process.kill()


def _require_answer(url: str) -> None:
    """Ask a server once: a flow would go on asking for a minute and end with a fault of Prefect's."""
    with (
        temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 1}),
        get_client(sync_client=True, httpx_settings={"timeout": _TIMEOUT}) as client,
    ):
        fault = client.api_healthcheck()
    if isinstance(fault, httpx.TransportError):
        raise UnavailableError(
            f"Prefect's server cannot be reached at {host(url)} ({type(fault).__name__}). Start it, correct "
            "PREFECT_API_URL, or leave that unset: a run then starts a short-lived server of its own."
        )


def _ask() -> None:
    with get_client(sync_client=True) as client:
        client.api_healthcheck()
