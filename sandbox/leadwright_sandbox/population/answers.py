"""What people said about budget, decision, need and time: on the form they sent, or to the rep who qualified them.

The answers have draws of their own, so that the rest of a population is the same with them and without.
"""

from __future__ import annotations

from random import Random

from leadwright_sandbox.population.draws import pick
from leadwright_sandbox.population.model import Journey, Person, Row

_BUDGET = (("yes, approved", "set aside for this year", "25000", "60000"), ("not yet", "no", "unknown"))
_AUTHORITY = (("I decide", "we decide as a team"), ("my manager", "the board", "n/a"))
_NEED = (
    ("leads wait for days", "nobody trusts the score", "two CRMs that disagree", "reps pick the easy leads"),
    ("just looking", "research"),
)
_TIMELINE = (("this quarter", "next quarter", "asap"), ("next year", "no date"))
_ASKED = (("need", _NEED, 0.9), ("timeline", _TIMELINE, 0.75), ("authority", _AUTHORITY, 0.55),
          ("budget", _BUDGET, 0.45))  # fmt: skip


def answers(person: Person, journey: Journey, now: int) -> Row:
    """Topic -> what was said until `now`; empty for who sent no request and was not talked to."""
    rng = Random(f"answers/{person.number}/{person.created}/{person.intent}")
    talked = journey.sql_at is not None and journey.sql_at <= now
    if not talked and not (journey.forms and rng.random() < 0.4 * person.intent):
        return {}
    share = 1.0 if talked else 0.5
    return {
        topic: pick(rng, values[0] if rng.random() < person.intent else values[1])
        for topic, values, chance in _ASKED
        if rng.random() < chance * share
    }
