"""What people do by themselves in the live sandbox: they visit, fill forms, get letters, open and click."""

from __future__ import annotations

from functools import partial
from random import Random

from leadwright_sandbox.live.books import Books
from leadwright_sandbox.live.cases import Case, draw_for
from leadwright_sandbox.live.sales import Sales
from leadwright_sandbox.population.behaviour import HAND_RAISE_NAMES, LETTER_EVERY, behave
from leadwright_sandbox.population.draws import count, logistic
from leadwright_sandbox.population.model import Journey
from leadwright_sandbox.population.moments import DAY, HOUR, MINUTE, office_moment
from leadwright_sandbox.population.selling import confirm, leave_alone, qualify
from leadwright_sandbox.population.trades import HAND_RAISES, SOFT_FORMS

PERIOD = 28 * DAY


class Doings:
    """Plans and does what people do."""

    def __init__(self, books: Books, sales: Sales) -> None:
        self._books, self._sales, self._note = books, sales, books.agenda.note

    def begin(self, case: Case, now: int) -> None:
        """The first weeks of somebody who arrives at `now`: his source brings him, marketing has a look."""
        person, journey, seed = case.person, case.journey, self._books.seed
        until = now + PERIOD
        plan = behave(draw_for(seed, person.number, "behaviour"), person, until)
        dice = draw_for(seed, person.number, "qualify")
        qualify(dice, person, plan, until)
        journey.mql_chance, journey.last_page = plan.mql_chance, plan.last_page
        if plan.mql_at is not None:
            self._note(plan.mql_at, partial(self._sales.hand_over, case))
        else:
            aside = Journey()
            leave_alone(dice, person, aside, self._books.world.desk, until)
            journey.activities += aside.activities
            journey.rep, journey.assigned_at = aside.rep, aside.assigned_at
        self._plan_visits(case, plan, dice)
        self._plan_letters(case, now)

    def _plan_visits(self, case: Case, plan: Journey, dice: Random) -> None:
        for at in plan.visits:
            pages = 1 + count(dice, 0.6 + 5 * case.person.intent)
            self._note(at, partial(self._visit, case, pages))
        for at, form in plan.forms:
            self._note(at, partial(self._fill, case, form))

    def come_back(self, case: Case, number: int, now: int) -> None:
        """The visits of somebody known in the period `number` that begins at `now`, a few at most."""
        person = case.person
        if case.journey.opted_out_at is not None or person.kind == "gibberish":
            return
        dice, plan = draw_for(self._books.seed, person.number, f"period {number}"), Journey()
        for _ in range(count(dice, 0.05 + 0.8 * person.intent**1.3)):
            at = office_moment(dice, now + int(dice.random() * PERIOD), person.country.zone)
            if at > now:
                plan.visits.append(at)
                if dice.random() < 0.03 + 0.3 * person.intent:
                    raises = dice.random() < 0.01 + 0.75 * person.intent**2.5
                    form = (HAND_RAISES if raises else SOFT_FORMS).pick(dice)
                    plan.forms.append((at + 2 * MINUTE + int(dice.random() * 10 * MINUTE), form))
        self._plan_visits(case, plan, dice)

    def _visit(self, case: Case, pages: int, now: int) -> None:
        case.journey.visits.append(now)
        case.journey.page_views += pages
        self._books.show(case, now)

    def _fill(self, case: Case, form: str, now: int) -> None:
        journey, books = case.journey, self._books
        journey.forms.append((now, form))
        dice = draw_for(books.seed, case.person.number, f"form {len(journey.forms)}")
        confirm(dice, case.person, journey, now)
        books.show(case, now)
        if case.person.in_salesforce:
            campaign = books.world.attribution.campaign_of_form(form)
            books.salesforce.add_member(case, campaign, True, now)
        if form in HAND_RAISE_NAMES and journey.mql_at is None and now - case.person.created > PERIOD:
            again = Journey(forms=[(now, form)])
            qualify(dice, case.person, again, now + DAY)
            if again.mql_at is not None:
                journey.mql_chance = again.mql_chance
                self._note(again.mql_at, partial(self._sales.hand_over, case))

    # -- letters -------------------------------------------------------------------------------------------------

    def _plan_letters(self, case: Case, now: int) -> None:
        """The first letter to somebody new, unless he has no mailbox."""
        if case.person.email is None:
            return
        dice = draw_for(self._books.seed, case.person.number, "letters")
        first = now + int(dice.random() * LETTER_EVERY)
        case.journey.proxy_opens = dice.random() < 0.35
        if dice.random() < (0.5 if case.person.kind == "gibberish" else 0.02):
            self._note(first, partial(self._bounce, case))
        else:
            self._note(first, partial(self._send, case))

    def go_on_writing(self, case: Case, now: int) -> None:
        """Further letters to somebody who was there before `now`."""
        journey = case.journey
        if journey.bounced_at is not None or journey.opted_out_at is not None or case.person.email is None:
            return
        if journey.sent_at is None:
            self._plan_letters(case, now)
        else:
            self._note(journey.sent_at + LETTER_EVERY, partial(self._send, case))

    def _bounce(self, case: Case, now: int) -> None:
        case.journey.bounced_at = now
        self._books.show(case, now)

    def _send(self, case: Case, now: int) -> None:
        person, journey = case.person, case.journey
        if journey.opted_out_at is not None:
            return
        journey.delivered, journey.sent_at = journey.delivered + 1, now
        dice = draw_for(self._books.seed, person.number, f"letter {journey.delivered}")
        if journey.proxy_opens:  # a mail proxy fetches every picture within seconds
            self._note(now + 3 + int(dice.random() * 40), partial(self._open, case))
        elif dice.random() < 0.1 + 0.35 * person.intent:
            self._note(now + int(dice.expovariate(1 / (8 * HOUR))), partial(self._open, case))
        if person.company and person.company.scans_links:  # a security gateway follows every link at once
            journey.machine_clicks += 1
            self._note(now + 2 + int(dice.random() * 6), partial(self._click, case))
        elif dice.random() < 0.3 * logistic(6 * (person.intent - 0.7)):
            self._note(now + int(dice.expovariate(1 / (8 * HOUR))), partial(self._click, case))
        if dice.random() < 0.005:
            journey.opted_out_at = now + HOUR
        self._books.show(case, now)
        self._note(now + LETTER_EVERY, partial(self._send, case))

    def _open(self, case: Case, now: int) -> None:
        case.journey.opened, case.journey.open_at = case.journey.opened + 1, now
        self._books.show(case, now)

    def _click(self, case: Case, now: int) -> None:
        case.journey.clicked, case.journey.click_at = case.journey.clicked + 1, now
        self._books.show(case, now)
