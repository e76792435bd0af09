"""A made population that lives on: people arrive and act, reps answer, deals close, and what is written back counts.

Everything follows from the seed and from what is written through the CRMs' own calls, whatever the size of the steps
in which the clock moves: each person has dice of his own, cast once, and the world goes from one event to the next.
What an answer is worth depends on who gives it and how soon, as in the made population; so better owners and a better
order earn more. Like the population this knows nothing of how records are served, but it writes them.
"""

from __future__ import annotations

from leadwright_sandbox.live.engine import Live

__all__ = ["Live"]
