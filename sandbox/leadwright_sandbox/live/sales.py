"""What the sellers do in the live sandbox: hand over, assign, answer, qualify, open deals; dice and truth decide."""

from __future__ import annotations

import math
from functools import partial

from leadwright_sandbox.live.books import Books
from leadwright_sandbox.live.cases import Card, Case, Sale, draw_for
from leadwright_sandbox.live.desks import (
    BUSY,
    Desk,
    calendar_ahead,
    hours_to_answer,
    minutes_in_hand,
    reaction,
)
from leadwright_sandbox.population.deals import (
    DEAL_CHANCE,
    draw_in,
    joins,
    open_deal,
    selling_odds,
    win_odds,
    work,
)
from leadwright_sandbox.population.draws import logistic
from leadwright_sandbox.population.model import Deal, Rep
from leadwright_sandbox.population.moments import DAY, HOUR, MINUTE
from leadwright_sandbox.population.selling import answering_odds, conclude, follow_up, segment_for, touch

FOREIGN = 0.5  # the skill that a rep lacks who does not speak the lead's language; the made team always does
_NOBODY = 0.03  # the share of leads that nobody picks up


class Sales:
    """The sales team at work."""

    def __init__(self, books: Books, leads_a_year: int, busy: float = BUSY) -> None:
        self._books, self._note, self._seed = books, books.agenda.note, books.seed
        self.desks = {
            rep.number: Desk(rep, calendar_ahead(books.seed, rep, books.started))
            for rep in books.world.team
            if rep.left_at is None
        }
        self._in_hand = minutes_in_hand(leads_a_year, len(self.desks), busy)
        self._open: dict[int, Case] = {}

    # -- getting a lead ------------------------------------------------------------------------------------------

    def hand_over(self, case: Case, now: int) -> None:
        """Marketing hands the lead to sales."""
        journey = case.journey
        if journey.mql_at is not None:
            return
        journey.mql_at = now
        dice = draw_for(self._seed, case.person.number, "assignment")
        case.forgotten = case.person.kind == "staff" or dice.random() < _NOBODY
        self._books.show(case, now)
        self.enlist(case, now)
        if not case.forgotten:
            minutes = dice.lognormvariate(math.log(20), 1.2)
            self._note(now + int(minutes * MINUTE), partial(self.assign, case))

    def enlist(self, case: Case, now: int) -> None:
        """Put a lead that waits for an answer on its owner's list."""
        self._open[case.person.number] = case
        if case.owner:
            self._expect(case, case.owner, now)

    def assign(self, case: Case, now: int) -> None:
        """Give a lead without an owner to a rep, as the team does it: by language and hour, not by skill."""
        if case.is_open and not case.owned:
            person, dice = case.person, draw_for(self._seed, case.person.number, "rep")
            rep = self._books.world.desk.rep_for(dice, person.country, person.language, now)
            self._books.assign(case, rep)
            self._take(case, rep, now)

    def notice(self, cards: list[Card], now: int) -> None:
        """See what was written back: leads that got an owner, or another order."""
        for number in sorted({card.person for card in cards} & self._open.keys()):
            case = self._open[number]
            if case.is_open and case.owner:
                self._take(case, case.owner, now)

    def _take(self, case: Case, rep: Rep, now: int) -> None:
        journey = case.journey
        if journey.assigned_at is None or journey.rep is not rep:
            journey.rep = rep
            journey.assigned_at = now if journey.assigned_at is None else journey.assigned_at
            self._note(now, partial(self._books.show, case))
        self._expect(case, rep, now)

    def _expect(self, case: Case, rep: Rep, now: int) -> None:
        desk = self.desks[rep.number]
        self._note(reaction(self._seed, case, desk, now), partial(self._look, desk))

    # -- answering -----------------------------------------------------------------------------------------------

    def _look(self, desk: Desk, now: int) -> None:
        """The rep looks at the list and answers the lead that comes first, if there is room for it."""
        self._open = {number: case for number, case in self._open.items() if case.is_open}
        case = desk.next(self._open.values(), now)
        if case is None:
            return
        del self._open[case.person.number]
        self._answer(case, desk.rep, now)
        desk.in_hand += 1
        dice = draw_for(self._seed, case.person.number, "in hand")
        busy = self._in_hand * dice.uniform(0.6, 1.4)
        self._note(desk.calendar.after(now, busy), partial(self._finish, desk))
        self._note(desk.calendar.after(now, 5 + dice.random() * 20), partial(self._look, desk))

    def _finish(self, desk: Desk, now: int) -> None:
        desk.in_hand -= 1
        self._look(desk, now)

    def _answer(self, case: Case, rep: Rep, now: int) -> None:
        person, journey, fate = case.person, case.journey, case.fate
        hours, skill = hours_to_answer(case, now), rep.skill[segment_for(person)]
        skill -= 0.0 if person.language in rep.languages else FOREIGN
        dice = draw_for(self._seed, person.number, "answer")
        journey.rep, journey.assigned_at = rep, journey.assigned_at or now
        touch(dice, person, journey, rep, now)
        journey.sql_chance = logistic(fate.sql_odds + answering_odds(hours, skill))
        wait = int(dice.lognormvariate(math.log(5), 0.7) * DAY)
        conclude(dice, journey, rep, wait, fate.sql_draw < journey.sql_chance)
        follow_up(dice, person, journey, rep)
        wins = logistic(win_odds(person, len(case.group.cases)) + selling_odds(hours, skill))
        case.expected = journey.sql_chance * DEAL_CHANCE * wins
        self._books.show(case, now)
        if journey.sql_at is not None:
            self._note(journey.sql_at, partial(self.qualified, case))

    # -- selling -------------------------------------------------------------------------------------------------

    def qualified(self, case: Case, now: int) -> None:
        """A lead is sales-qualified: it joins the deal of its colleagues, or gets one."""
        journey, group = case.journey, case.group
        if journey.sql_at is None or journey.deal is not None:
            return
        deals = [each.journey.deal for each in group.cases if each.journey.deal]
        deal = next((deal for deal in deals if deal.crm == case.home and joins(deal, now)), None)
        if deal is not None:
            journey.deal, journey.joined_at = deal, now + HOUR
            deal.members.append(case.person)
        elif case.fate.deal_draw < DEAL_CHANCE:
            deal = self._open_deal(case, len({id(deal) for deal in deals}), now)
        else:
            return
        self._expect_join(case, now)

    def _open_deal(self, case: Case, earlier: int, now: int) -> Deal:
        person, journey, group = case.person, case.journey, case.group
        dice = draw_for(self._seed, group.key, f"deal {earlier}" if earlier else "deal")
        deal = open_deal(dice, person, journey, case.home, now, len(group.cases))
        deal.amount = deal.amount if earlier else case.fate.amount
        journey.deal, journey.joined_at = deal, deal.opened
        deal.members.append(person)
        work(dice, person, journey, deal)
        others = [each for each in group.cases if each is not case and self._can_be_drawn_in(each)]
        before = [each.journey.deal for each in others]
        draw_in(dice, deal, [(each.person, each.journey) for each in others])
        for other, had in zip(others, before, strict=True):
            if other.journey.deal is not had:
                self._expect_join(other, now)
        return deal

    def _can_be_drawn_in(self, case: Case) -> bool:
        if case.owner:
            case.journey.rep = case.owner
        return case.journey.deal is None and any(not card.gone for card in case.cards)

    def _expect_join(self, case: Case, now: int) -> None:
        self._books.plan(case, now)
        self._books.dirty[case.row] = case
        if case.journey.joined_at is not None:
            self._note(case.journey.joined_at, partial(self.join, case))

    def join(self, case: Case, now: int) -> None:
        """A deal is opened, or gets a further member, in the CRM where it is sold."""
        books, deal = self._books, case.journey.deal
        card = case.card(deal.crm) if deal else None
        if deal is None or card is None:  # the record was deleted, merged or converted by somebody else
            return
        sale = books.sale_of(case.group, deal)
        if deal.crm == "hubspot":
            sale = sale or self._begin(books.hubspot.open_deal(case, deal, now), now)
            books.hubspot.join(sale, card)
        else:
            books.show(case, now)
            opened = books.salesforce.open_deal(case, card, deal, now) if sale is None else None
            if opened is not None:
                self._begin(opened, now)
            elif sale is not None:
                books.salesforce.join(case, card, sale)
            card.gone = bool(case.contact_id)
        books.show(case, now)

    def _begin(self, sale: Sale, now: int) -> Sale:
        self._books.follow(sale, now)
        return sale
