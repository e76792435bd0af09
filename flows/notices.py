"""Notices of runs: sent through Prefect's blocks when a run begins and ends, and by hooks where a flow came to neither.

Nothing here fails a run or holds it up for long; what could not be sent is in the run's summary.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import prefect.blocks.notifications  # noqa: F401 - so that Prefect's own kinds can be loaded
from prefect import runtime
from prefect.blocks.abstract import NotificationBlock, NotificationError
from prefect.blocks.core import Block as PrefectBlock
from prefect.client.schemas.objects import FlowRun, State
from pydantic import SecretStr

from leadwright import warehouse
from leadwright.connectors.errors import LeadwrightError
from leadwright.flows.blocks import LeadwrightMail, LeadwrightWebhook
from leadwright.flows.parsed import project
from leadwright.notices import conditions, destinations, keeping, telling
from leadwright.notices.changes import Condition
from leadwright.notices.destinations import Block, Channel, Mail
from leadwright.notices.telling import SendError
from leadwright.notices.texts import Message
from leadwright.settings import Settings

_told: set[str] = set()
"""Runs of this process that have told how they ended."""


def send(name: str, destination: Channel | Mail | Block, message: Message, settings: Settings) -> None:
    """Send a message to a destination. Raises SendError where it does not arrive."""
    secret = settings.secret(destination.secret) if destination.secret else None
    if destination.secret and not secret:
        raise SendError(f"{settings.name_of(destination.secret)} is not set")
    if isinstance(destination, Mail):
        said = destination.model_dump(include={"host", "port", "security", "user", "sender", "to"})
        block: NotificationBlock = LeadwrightMail(**said, password=SecretStr(secret) if secret else None)
    elif isinstance(destination, Channel):
        block = LeadwrightWebhook(url=SecretStr(secret or ""), speaks=destination.via)
    else:
        block = _loaded(destination.block)
    if isinstance(block, LeadwrightMail):
        block.send(message.subject, message.text, message.html)
    else:
        _notify(block, name, message)


def _loaded(block: str) -> NotificationBlock:
    try:
        found = PrefectBlock.load(block)
    except Exception as error:  # noqa: BLE001 - whatever Prefect raises, the others are to be told
        why = "there is no such block" if isinstance(error, ValueError) else type(error).__name__
        raise SendError(f"the block {block} cannot be loaded: {why}") from None
    if not isinstance(found, NotificationBlock):
        raise SendError(f"the block {block} sends no notifications")
    return found


def _notify(block: NotificationBlock, name: str, message: Message) -> None:
    try:
        with block.raise_on_failure():
            block.notify(message.chat, message.chat_subject)  # type: ignore[unused-coroutine]
    except SendError:
        raise
    except NotificationError:
        raise SendError(f"the block of {name} did not deliver it") from None
    except Exception as error:  # noqa: BLE001 - its words may hold the address
        raise SendError(f"the block of {name} failed ({type(error).__name__})") from None


def tell_of_earlier(settings: Settings) -> None:
    """At the beginning of a run: tell of one that was killed, before this one's end says that all is well."""
    try:
        plan, subjects = destinations.read(settings.rules_folder), telling.known(settings).subjects
        with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
            ended = list(conditions.of_runs(db))
        known = {name for name, each in subjects.items() if each.state}
        if any(each.state and each.subject not in known for each in ended):
            telling.tell(ended, plan, settings, send)
    except Exception:  # noqa: BLE001 - no reason for a run to fail; its end tries again, and says why not
        return


def tell(settings: Settings) -> list[str]:
    """At the end of a run: tell what has changed; what did not arrive, and why."""
    _told.add(str(runtime.flow_run.id))
    try:
        plan, known = destinations.read(settings.rules_folder), telling.known(settings)
        with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
            found = list(conditions.everything(db, plan.alarms, known.subjects))
        book, failures = telling.tell(found, plan, settings, send)
        with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
            keeping.copy(book, plan, db)
    except Exception as error:  # noqa: BLE001 - a notice is no reason for a run to fail
        return [f"nobody could be told: {telling.explained(error)}"]
    return failures


def tell_failure(flow: Any, flow_run: FlowRun, state: State[Any]) -> None:
    """A flow's hook for a run that failed or crashed and did not tell of it: it came to no warehouse, or was killed.

    It needs no warehouse. Where the process was killed, the worker calls it.
    """
    if flow_run.parameters.get("dry_run") or _is_interrupted(state) or str(flow_run.id) in _told:
        return
    try:
        config = project().settings
        plan = destinations.read(config.rules_folder)
        telling.tell(_failure(flow.name, flow_run, state), plan, config, send)
    except Exception:  # noqa: BLE001 - Prefect has the run's own failure, and nobody else to tell
        return


def _failure(flow: str, flow_run: FlowRun, state: State[Any]) -> Iterable[Condition]:
    try:
        error = state.result(raise_on_failure=False)
    except Exception as lost:  # noqa: BLE001 - of a run that crashed there is none
        error = lost
    reason = str(error) if isinstance(error, LeadwrightError) else None
    ended = "killed" if state.is_crashed() else "failed"
    began_at = flow_run.start_time or datetime.now(UTC)
    yield conditions.of_run(flow, ended, began_at, run=flow_run.name or str(flow_run.id), reason=reason)


def _is_interrupted(state: State[Any]) -> bool:
    """Whether a person stopped it, who knows."""
    return state.is_crashed() and "interrupt signal" in (state.message or "")


HOOKS: dict[str, Any] = {"on_failure": [tell_failure], "on_crashed": [tell_failure]}
"""What each flow that is due by itself is declared with."""
