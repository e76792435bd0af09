"""Who is told of what: the table `[notices]` of the workspace's `leadwright.toml`.

What is secret, a webhook's address or a password, is a setting or lies in a Prefect block; the file names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from leadwright import workspace
from leadwright.connectors.errors import ConfigError
from leadwright.settings import Settings

Kind = Literal["failed_run", "guard_rail", "rejected_share", "silent_source", "score_drift", "model_drift"]
KINDS: tuple[Kind, ...] = (
    *("failed_run", "guard_rail", "rejected_share", "silent_source"),
    *("score_drift", "model_drift"),
)
"""What there are notices about."""

_TABLE = "notices"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_BLOCK = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")


class _Destination(BaseModel):
    """Somebody who is told.

    Attributes:
        about: of what; everything where it is left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: tuple[Kind, ...] = KINDS


class Channel(_Destination):
    """A channel of Slack, or of what speaks like it, or of Teams; its address is a setting."""

    via: Literal["slack", "teams"]

    @property
    def secret(self) -> str:
        """The setting with its address."""
        return f"{self.via}_webhook"


class Mail(_Destination):
    """A mailbox. The server's password is a setting, where it wants one.

    Attributes:
        security: `starttls` after a greeting in the clear, `tls` from the first byte on, or `none`.
        to: who gets it.
    """

    via: Literal["smtp"]
    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    sender: str
    to: tuple[str, ...] = Field(min_length=1)

    @property
    def secret(self) -> str | None:
        """The setting with the password; None where nobody signs in."""
        return "smtp_password" if self.user else None

    @field_validator("sender", "to")
    @classmethod
    def _address(cls, value: Any) -> Any:
        for address in (value,) if isinstance(value, str) else value:
            if address.count("@") != 1 or re.search(r"[\s,;<>\x00-\x1f]", address):
                raise ValueError("write plain addresses, such as revops@example.com")
        return value


class Block(_Destination):
    """A block of Prefect's that sends notifications, such as `slack-webhook/revops`."""

    via: Literal["block"]
    block: str

    @property
    def secret(self) -> None:
        """None: what is secret lies in the block."""

    @field_validator("block")
    @classmethod
    def _slug(cls, value: str) -> str:
        if not _BLOCK.fullmatch(value):
            raise ValueError("write a block's type and name, such as slack-webhook/revops")
        return value


Destination = Annotated[Channel | Mail | Block, Field(discriminator="via")]
_DESTINATIONS: TypeAdapter[dict[str, Channel | Mail | Block]] = TypeAdapter(dict[str, Destination])


class Alarms(BaseModel):
    """From when on something is worth a notice.

    Attributes:
        rejected_at_most: share of an object's records that a CRM may refuse within a day.
        rejected_allowed: so many are no alarm, whatever their share.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rejected_at_most: float = Field(default=0.05, ge=0, le=1)
    rejected_allowed: int = Field(default=10, ge=0)


class Plan(BaseModel):
    """The table as it was read: destinations by their names, and what is worth a notice."""

    model_config = ConfigDict(frozen=True)

    destinations: Mapping[str, Channel | Mail | Block]
    alarms: Alarms

    def told_of(self, kind: str) -> list[str]:
        """Names of the destinations that are told of a kind."""
        return [name for name, each in self.destinations.items() if kind in each.about]


def read(folder: Path) -> Plan:
    """The table that a workspace has. Raises ConfigError naming what is wrong, without the values."""
    said = workspace.table(folder, _TABLE)
    tables = {name: value for name, value in said.items() if isinstance(value, dict)}
    if strange := [name for name in tables if not _NAME.fullmatch(name)]:
        raise ConfigError(_wrong(folder, strange[0], "call it by small letters, digits and _"))
    try:
        return Plan(
            destinations=_DESTINATIONS.validate_python(tables),
            alarms=Alarms.model_validate({n: v for n, v in said.items() if n not in tables}),
        )
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise ConfigError("; ".join(_wrong(folder, _where(p["loc"]), p["msg"]) for p in problems)) from None


def missing_secrets(plan: Plan, settings: Settings) -> list[str]:
    """What is wrong with destinations whose setting is not there, in words."""
    return [
        f"{name}: {settings.name_of(each.secret)} is not set"
        for name, each in plan.destinations.items()
        if each.secret and not settings.secret(each.secret)
    ]


def _where(place: Sequence[str | int]) -> str:
    """Where in the file something is wrong; pydantic puts the way of sending between name and field."""
    return ".".join(str(part) for number, part in enumerate(place) if number != 1 or len(place) == 2)


def _wrong(folder: Path, where: str, what: str) -> str:
    return f"{folder / workspace.MARK}, table [{_TABLE}], {where}: {what.removeprefix('Value error, ')}"
