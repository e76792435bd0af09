"""The live sandbox: goes from event to event up to the clock, before anybody is answered who asks."""

from __future__ import annotations

import asyncio
import math
from datetime import datetime, timedelta
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.live.agenda import Agenda, moment_of
from leadwright_sandbox.live.arrivals import Arrivals
from leadwright_sandbox.live.beginning import Beginning
from leadwright_sandbox.live.books import Books
from leadwright_sandbox.live.cases import hidden_row
from leadwright_sandbox.live.desks import BUSY
from leadwright_sandbox.live.doings import Doings
from leadwright_sandbox.live.results import results
from leadwright_sandbox.live.sales import Sales
from leadwright_sandbox.population.model import Row
from leadwright_sandbox.population.moments import seconds
from leadwright_sandbox.population.truth import truth_row
from leadwright_sandbox.population.world import make_world
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.truth import Truth

_PAUSE_SECONDS = 0.1  # of real time between two looks at the clock, where nobody asks


class Live:
    """A made population that goes on living from the moment at which it was made."""

    def __init__(
        self,
        seed: int,
        leads: int,
        mailings: int,
        clock: Clock,
        hubspot: HubSpot,
        salesforce: Salesforce,
        truth: Truth,
        busy: float = BUSY,
    ) -> None:
        """Take over the population that `seed`, `leads`, `mailings` and the clock's present moment have made.

        Args:
            busy: the share of the sales team's room that the leads fill; above 1 it cannot answer them all.
        """
        self._clock, self._truth, self._writers = clock, truth, hubspot.history
        now = seconds(clock.now())
        self._agenda = Agenda(now)
        self._books = Books(make_world(seed, leads, now, mailings), hubspot, salesforce, self._agenda)
        sales = Sales(self._books, leads, busy)
        self._sales = sales
        doings = Doings(self._books, sales)
        arrivals = Arrivals(self._books, doings, leads)
        Beginning(self._books, doings, sales).take_over(leads, truth.rows())
        self._agenda.note(now + 1, lambda then: arrivals.begin_year(0, then))
        self._agenda.note(now + 1, lambda then: arrivals.begin_period(0, then))
        self._books.signs.settle()
        self._tell_truth(now)

    def catch_up(self) -> None:
        """Do what is due up to now; the time that this takes does not pass in the sandbox."""
        self._run(self._clock.now())

    def advance(self, seconds_on: float) -> None:
        """Move the clock, and do what is due on the way; back in time nothing is undone."""
        self.catch_up()
        self._run(self._clock.now() + timedelta(seconds=seconds_on), jump=True)

    def _run(self, target: datetime, jump: bool = False) -> None:
        until = math.floor(target.timestamp()) - 1  # what is done in a second has milliseconds of its own
        try:
            if until > self._agenda.now:
                self._live_until(until)
        finally:
            if jump or self._clock.is_held:
                self._clock.start(target)

    def _live_until(self, until: int) -> None:
        """See what was written since the last look, and do what is due."""
        written = self._books.signs.read()
        if written:
            self._sales.notice(written, self._agenda.now + 1)
        with self._writers.written_by("CRM_UI"):  # the portal's own users do all this, no integration does
            while self._agenda.is_due(until):
                at, deed = self._agenda.take()
                self._clock.hold(moment_of(at))
                deed(at)
        self._books.signs.settle()
        self._agenda.now = until

    def before(self, app: ASGIApp) -> ASGIApp:
        """`app`, which answers from a world that has caught up with the clock."""

        async def caught_up(scope: Scope, receive: Receive, send: Send) -> None:
            self.catch_up()
            await app(scope, receive, send)

        return caught_up

    async def go_on(self) -> None:
        """Catch up again and again, so that webhooks are told of things while nobody asks."""
        while True:
            self.catch_up()
            await asyncio.sleep(_PAUSE_SECONDS)

    # -- for evaluation ------------------------------------------------------------------------------------------

    def tell_truth(self) -> None:
        """Bring the hidden truth up to date."""
        self._tell_truth(seconds(self._clock.now()))

    def _tell_truth(self, now: int) -> None:
        rows: dict[int, Row] = {}
        for number, case in self._books.dirty.items():
            told = truth_row(case.person, case.journey, case.hubspot_ids, case.salesforce_ids, now)
            rows[number] = told | hidden_row(case)
        self._truth.replace(rows)
        self._books.dirty.clear()

    def results(self) -> dict[str, Any]:
        """What was earned since the live sandbox began."""
        books = self._books
        now = seconds(self._clock.now())
        return results(books.cases, books.world.team, self._sales.desks, books.started, now)
