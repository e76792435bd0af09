"""CRM connectors, one module per CRM, found by name: those of this package, and those that other installed packages
offer under the entry point `leadwright.connectors`.

A connector module offers `Credentials`, a pydantic model of what it needs to connect, whose field names are the
last part of the settings' names (`LEADWRIGHT_HUBSPOT_TOKEN` -> `token`), and `connect(credentials)`. It may offer
`REMEDIES`: what to do where the CRM refuses a record, by its code.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Protocol, cast

from pydantic import BaseModel

from leadwright.connectors.base import Connector
from leadwright.connectors.errors import ConfigError
from leadwright.connectors.tokens import KeepsTokens, TokenKeeper

_ENTRY_POINTS = "leadwright.connectors"
_NOT_CRMS = {
    *("addresses", "base", "batches", "conformance", "errors"),
    *("memberships", "pace", "retry", "tokens", "values"),
}


class ConnectorModule(Protocol):
    """What a module in this package must offer to be a connector."""

    Credentials: type[BaseModel]

    def connect(self, credentials: Any) -> Connector:
        """Return a connector; no call is made yet."""


def available() -> list[str]:
    """Names of the CRMs there is a connector for, in alphabetical order."""
    return sorted(_modules())


def load(name: str) -> ConnectorModule:
    """Return the connector module `name`. Raises ConfigError where there is none."""
    if name not in _modules():
        raise ConfigError(f"There is no connector {name!r}. Known: {', '.join(available())}.")
    return cast(ConnectorModule, import_module(_modules()[name]))


def remedies(name: str) -> Mapping[str, str]:
    """What to do where the CRM refuses a record, by its code; nothing where no connector says anything of that."""
    found: Mapping[str, str] = getattr(load(name), "REMEDIES", {}) if name in _modules() else {}
    return found


@cache
def _modules() -> Mapping[str, str]:
    """Name of each connector -> its module. Raises ConfigError where two packages offer the same name."""
    found = {
        m.name: f"{__name__}.{m.name}" for m in pkgutil.iter_modules(__path__) if m.name not in _NOT_CRMS
    }
    for point in entry_points(group=_ENTRY_POINTS):
        if found.setdefault(point.name, point.value) != point.value:
            raise ConfigError(
                f"Two connectors are called {point.name!r}: {found[point.name]} and {point.value}. "
                "Uninstall one of them."
            )
    return found


def connect(
    name: str,
    credentials: Mapping[str, Any],
    account: str | None = None,
    tokens: TokenKeeper | None = None,
) -> Connector:
    """Return the connector `name`, set up with `credentials` (field -> value of its `Credentials`).

    Args:
        account: what the account is called here, where it has another name than the connector.
        tokens: keeps refresh tokens that the CRM exchanges for new ones; without it they end with the process.
    """
    module = load(name)
    connector = module.connect(module.Credentials.model_validate(dict(credentials)))
    connector.name = account or name
    if tokens and isinstance(connector, KeepsTokens):
        connector.tokens = tokens
    return connector
