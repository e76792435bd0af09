"""Prefect's own short-lived server, for runs that a person starts without a server of their own."""

from __future__ import annotations

from threading import Thread

from prefect.client.orchestration import get_client


def warm_up() -> Thread:
    """Start the server in the background, where it needs starting, while something else is done.

    It takes 5 to 20 seconds of one core (the first time it also makes its database). A fault here is not told:
    the flow meets it again and says so.
    """
    thread = Thread(target=_ask, daemon=True)
    thread.start()
    return thread


def _ask() -> None:
    with get_client(sync_client=True) as client:
        client.api_healthcheck()
