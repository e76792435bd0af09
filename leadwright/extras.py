"""The parts that are installed only where they are wanted; each has an extra of its own in pyproject.toml."""

from __future__ import annotations

from importlib.util import find_spec

from leadwright.connectors.errors import ConfigError

MODULES = {
    "dashboards": "streamlit",
    "linkage": "splink",
    "learn": "interpret",
    "sandbox": "leadwright_sandbox",
}
"""Each part and a module that is there where it is installed."""


def require(extra: str) -> None:
    """Raise ConfigError, which says how to install it, where the part `extra` is not installed."""
    if find_spec(MODULES[extra]) is None:
        raise ConfigError(f"That part is not installed. Install it: pip install 'leadwright[{extra}]'")
