"""The rules by which calls go wrong on purpose: which calls, how often, and drawn with which seed."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from leadwright_sandbox import row_faults
from leadwright_sandbox.given import is_count, is_number

KINDS = ("status", "latency", "drip", "cut", "gzip", "expire", "do", "rows")
METHODS = ("", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
DISTRIBUTIONS = ("uniform", "exponential", "lognormal")
NINETEEN_OF_TWENTY = 1.6449  # standard deviations
POLICIES = ("", "secondly", "ten_secondly", "daily")
BODILESS = (204, 205, 304)
REFUSALS = {
    "hubspot": ("VALIDATION_ERROR", "Injected refusal"),
    "salesforce": ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
}

Deed = Callable[[], str | None]  # what a `do` does; answers what kept it from being done


@dataclass(slots=True)
class Fault:
    """A rule: what goes wrong with which calls.

    Attributes:
        crm: `hubspot` or `salesforce`.
        kind: `status` answers without doing anything; `latency` waits and goes on; `drip` does the call and lets the
            body of its answer arrive bit by bit; `cut` does the call and breaks the connection in the body of the
            answer; `gzip` does the call and ends the compressed body too early; `expire` ends the caller's token
            before the call; `do` makes a call of the control API before it; `rows` refuses single records of it.
        method, path: which calls; a path is a regular expression that the path must contain.
        skip: how many such calls (for `rows`: records) go well first.
        times: how often it happens; None is for ever.
        share: the share of calls (records) that it happens to, drawn with `seed`.
        call, body: for `do`, method and path of the control API's call, and what is sent with it. `body` is also
            what a `status` answers.
        policy: for a 429 of HubSpot, the limit that it tells of; by itself the one that holds for the call.
        seconds, distribution: for `latency` and `drip`, from and to. `uniform` draws in between; an `exponential`
            time begins at the first, a `lognormal` one has it as its median, and 95% of both lie below the second.
        keep: for `cut` and `gzip`, the share of the body that arrives.
        length: for `gzip`, whether Content-Length is that of the `part` that arrives, or of the `whole`.
        code, message: for `rows`, what a refused record is told.
    """

    crm: str
    kind: str
    method: str = ""
    path: str = ""
    skip: int = 0
    times: int | None = 1
    share: float = 1.0
    seed: int = 0
    status: int = 503
    retry_after: int | None = None
    policy: str = ""
    body: Any = None
    call: str = ""
    seconds: tuple[float, float] = (0.0, 0.0)
    distribution: str = "uniform"
    keep: float = 0.5
    length: str = "part"
    code: str = ""
    message: str = ""
    happened: int = field(default=0, init=False)
    dice: random.Random = field(default_factory=random.Random, init=False, repr=False)
    deed: Deed | None = field(default=None, init=False, repr=False)

    def concerns(self, method: str, spellings: Iterable[str]) -> bool:
        """Whether a call is one that the rule is about; `spellings` are those of its path."""
        return self.method in ("", method) and any(re.search(self.path, path) for path in spellings)

    def strikes(self) -> bool:
        """Whether it happens to this call or record; counts it where it does."""
        if self.skip > 0:
            self.skip -= 1
            return False
        if (self.times is not None and self.happened >= self.times) or self.dice.random() >= self.share:
            return False
        self.happened += 1
        return True

    def refusal(self) -> row_faults.Refusal | None:
        """Why the next record is refused, if it is."""
        code, message = REFUSALS[self.crm]
        return (self.code or code, self.message or message) if self.strikes() else None

    def wait(self) -> float:
        """How many seconds this call takes longer."""
        low, high = self.seconds
        if self.distribution == "exponential":
            return low + self.dice.expovariate(1.0) * (high - low) / math.log(20)
        if self.distribution == "lognormal":
            return self.dice.lognormvariate(math.log(low), math.log(high / low) / NINETEEN_OF_TWENTY)
        return self.dice.uniform(low, high)

    def shown(self) -> dict[str, Any]:
        """The rule as the control API shows it."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.repr}


def _is_pattern(value: Any) -> bool:
    try:
        re.compile(value)
    except (re.error, TypeError):
        return False
    return True


def _is_span(value: Any) -> bool:
    return len(value) == 2 and all(map(is_number, value)) and 0 <= value[0] <= value[1]


CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "crm": (lambda it: it in tuple(REFUSALS), " or ".join(REFUSALS)),
    "kind": (lambda it: it in KINDS, f"one of {', '.join(KINDS)}"),
    "method": (lambda it: it in METHODS, f"one of {', '.join(METHODS[1:])}"),
    "path": (_is_pattern, "a regular expression"),
    "skip": (is_count, "a whole number from 0"),
    "times": (lambda it: it is None or (is_count(it) and it > 0), "a whole number from 1, or null"),
    "share": (lambda it: is_number(it) and 0 < it <= 1, "above 0 and up to 1"),
    "seed": (lambda it: type(it) is int, "a whole number"),
    "status": (
        lambda it: is_count(it) and 200 <= it < 600 and it not in BODILESS,
        "200 to 599, and one whose answer has a body",
    ),
    "retry_after": (lambda it: it is None or is_count(it), "a whole number from 0, or null"),
    "call": (lambda it: isinstance(it, str), "a text"),
    "policy": (lambda it: it in POLICIES, f"one of {', '.join(POLICIES[1:])}"),
    "seconds": (_is_span, "two numbers, from 0 on, the smaller first"),
    "distribution": (lambda it: it in DISTRIBUTIONS, f"one of {', '.join(DISTRIBUTIONS)}"),
    "keep": (lambda it: is_number(it) and 0 <= it < 1, "from 0 and below 1"),
    "length": (lambda it: it in ("part", "whole"), "part or whole"),
    "code": (lambda it: isinstance(it, str), "a text"),
    "message": (lambda it: isinstance(it, str), "a text"),
}


def fault_from(given: Mapping[str, Any]) -> Fault:
    """The rule that a caller describes; raises ValueError or TypeError where it is none."""
    fault = Fault(**given)
    fault.method = fault.method.upper() if isinstance(fault.method, str) else fault.method
    for name, (is_fine, meant) in CHECKS.items():
        if not is_fine(getattr(fault, name)):
            raise ValueError(f"{name} is {meant}, not {getattr(fault, name)!r}")
    low, high = fault.seconds
    if fault.distribution == "lognormal" and low == 0:
        raise ValueError("seconds of lognormal start above 0: the first is the median")
    fault.seconds = (float(low), float(high))
    fault.dice = random.Random(fault.seed)
    return fault
