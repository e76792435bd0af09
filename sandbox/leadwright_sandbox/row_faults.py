"""Single records that a CRM refuses on demand, while the others of the same request go through.

The rules in force hang on the request: each write of a record asks here whether it is the one that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

Refusal = tuple[str, str]  # the CRM's code, and a message
Rule = Callable[[], Refusal | None]
_rules: ContextVar[Sequence[Rule]] = ContextVar("rules", default=())


@contextmanager
def in_force(rules: Sequence[Rule]) -> Iterator[None]:
    """Ask `rules` about every record that is written inside."""
    token = _rules.set(rules)
    try:
        yield
    finally:
        _rules.reset(token)


def refusal() -> Refusal | None:
    """Why the record that is about to be written is refused; None where it is not."""
    return next((found for rule in _rules.get() if (found := rule()) is not None), None)
