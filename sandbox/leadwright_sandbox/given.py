"""What the control API is told, looked at before it is used: nonsense is refused there and then, since
later it would break calls of the CRMs, far from its cause. A refusal is a ValueError or a TypeError."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Given = Mapping[str, Any]


def is_number(value: object) -> bool:
    """Whether `value` is a finite number, and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_count(value: object) -> bool:
    """Whether `value` is a whole number from zero."""
    return type(value) is int and value >= 0


def only(given: Given, *names: str) -> None:
    """Refuse members other than `names`: a setting that is misspelt would change nothing."""
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is not among {', '.join(names)}")


def number(given: Given, name: str, default: float | None = None) -> float:
    """The number `name`, zero or more."""
    value = given[name] if default is None else given.get(name, default)
    if not is_number(value) or value < 0:
        raise ValueError(f"{name} is a number from 0, not {value!r}")
    return float(value)


def count(given: Given, name: str, default: int | None = None) -> int:
    """The whole number `name`, zero or more."""
    value = given[name] if default is None else given.get(name, default)
    if not is_count(value):
        raise ValueError(f"{name} is a whole number from 0, not {value!r}")
    return int(value)


def flag(given: Given, name: str, default: bool) -> bool:
    """The truth value `name`."""
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise TypeError(f"{name} is true or false, not {value!r}")
    return value


def texts(given: Given, name: str) -> list[str]:
    """The list of texts `name`."""
    value = given[name]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name} is a list of texts, not {value!r}")
    return value


def members(given: Given, name: str) -> dict[str, Any]:
    """The object `name`, empty where it is left out."""
    value = given.get(name, {})
    if not isinstance(value, dict):
        raise TypeError(f"{name} is an object, not {value!r}")
    return value


def objects(given: Given, name: str) -> list[dict[str, Any]]:
    """The list of objects `name`."""
    value = given[name]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(f"{name} is a list of objects")
    return value
