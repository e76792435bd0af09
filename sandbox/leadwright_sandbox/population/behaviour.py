"""What people do by themselves: visits, forms, newsletters, and the machines that open and click for them."""

from __future__ import annotations

from random import Random

from leadwright_sandbox.population.draws import count, logistic
from leadwright_sandbox.population.model import Activity, Journey, Person
from leadwright_sandbox.population.moments import DAY, HOUR, MINUTE, day_text, office_moment
from leadwright_sandbox.population.trades import HAND_RAISES, READING, SOFT_FORMS

HAND_RAISE_NAMES = frozenset(HAND_RAISES.values)
LETTER_EVERY = 14 * DAY


def behave(rng: Random, person: Person, now: int) -> Journey:
    """The person's own doings from creation until `now`."""
    journey = Journey()
    _visit(rng, person, journey, now)
    _fill_forms(rng, person, journey, now)
    _get_letters(rng, person, journey, now)
    return journey


def _visit(rng: Random, person: Person, journey: Journey, now: int) -> None:
    created, span = person.created, now - person.created
    wanted = count(rng, 0.4 + 8 * person.intent**1.3 * min(1.0, 0.35 + span / (120 * DAY)))
    visits = [created] if person.source.form else []
    for _ in range(wanted):
        # Half of the visits come in the first weeks, the others any time: interest comes back.
        gap = rng.expovariate(1 / (9 * DAY)) if rng.random() < 0.5 else rng.random() * span
        at = office_moment(rng, created + int(gap), person.country.zone)
        if created < at < now:
            visits.append(at)
    visits.sort()
    journey.visits = visits
    journey.page_views = sum(1 + count(rng, 0.6 + 5 * person.intent) for _ in visits)
    eager = rng.random() / (0.05 + 0.5 * person.intent)  # who wants to buy looks at prices and demos
    journey.last_page = "/pricing" if eager < 0.7 else "/demo" if eager < 1 else READING.pick(rng)


def _fill_forms(rng: Random, person: Person, journey: Journey, now: int) -> None:
    raise_chance = 0.01 + 0.75 * person.intent**2.5
    for place, at in enumerate(journey.visits):
        chance = person.source.form if not place else 0.03 + 0.3 * person.intent
        if rng.random() < chance:
            event = HAND_RAISES if rng.random() < raise_chance else SOFT_FORMS
            at += 0 if not place else 2 * MINUTE + int(rng.random() * 10 * MINUTE)
            if at < now:
                journey.forms.append((at, event.pick(rng)))


def _get_letters(rng: Random, person: Person, journey: Journey, now: int) -> None:
    if person.email is None:
        return
    first = person.created + int(rng.random() * LETTER_EVERY)
    if rng.random() < (0.5 if person.kind == "gibberish" else 0.02):
        journey.bounced_at = first if first < now else None
        journey.delivered = 0
        return
    letters = max(0, (now - first) // LETTER_EVERY + 1)
    if rng.random() < 0.05 and letters > 2:
        letters = 1 + int(rng.random() * (letters - 1))
        journey.opted_out_at = first + (letters - 1) * LETTER_EVERY + HOUR
    if not letters:
        return
    journey.delivered = letters
    journey.sent_at = last = first + (letters - 1) * LETTER_EVERY
    if rng.random() < 0.35:  # a mail proxy fetches every picture within seconds
        journey.proxy_opens = True
        journey.opened, journey.open_at = letters, min(now, last + 3 + int(rng.random() * 40))
    else:
        journey.opened, journey.open_at = _some(rng, letters, 0.1 + 0.35 * person.intent, last, now)
    if person.company and person.company.scans_links:  # a security gateway follows every link at once
        journey.machine_clicks = journey.clicked = letters
        journey.click_at = min(now, last + 2 + int(rng.random() * 6))
    else:
        journey.clicked, journey.click_at = _some(
            rng, journey.opened, 0.35 * logistic(6 * (person.intent - 0.7)), last, now
        )


def log_mailings(person: Person, journey: Journey, mailings: int, now: int) -> None:
    """Log so many mass mailings on the person: volume without meaning, as some teams keep it."""
    step = (now - person.created) // (mailings + 1)
    for place in range(1, mailings + 1):
        at = person.created + place * step
        journey.activities.append(Activity(at, "mass_out", None, f"Newsletter {day_text(at // DAY)[:7]}", at))


def _some(rng: Random, letters: int, chance: float, last: int, now: int) -> tuple[int, int | None]:
    """How many of the letters were answered, and when the latest of them was."""
    done, latest = 0, None
    for back in range(min(letters, 26)):
        if rng.random() < chance:
            at = last - back * LETTER_EVERY + int(rng.expovariate(1 / (8 * HOUR)))
            done += 1
            latest = max(latest or 0, min(at, now))
    return done, latest
