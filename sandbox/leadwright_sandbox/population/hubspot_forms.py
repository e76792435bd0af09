"""The portal's forms, what people sent through them, and the lists that a form puts its senders into."""

from __future__ import annotations

from collections.abc import Iterator

from leadwright_sandbox.population.model import Journey, Row
from leadwright_sandbox.population.moments import DAY, hubspot_time
from leadwright_sandbox.population.records import filled
from leadwright_sandbox.population.trades import OWN_DOMAIN, PAGES

ASKED = ("email", "firstname", "lastname", "company", "jobtitle")  # what each form asks for
LISTS = {"Webinar registration": "Webinar guests", "Newsletter": "Newsletter readers"}


def form_rows(start: int) -> list[Row]:
    """The forms on the website, which are older than any lead."""
    created = hubspot_time(start - 30 * DAY)
    return [{"name": name, "created_at": created, "fields": ";".join(ASKED)} for name in PAGES]


def submission(contact_id: str, shown: Row, form: str, at: int) -> Row:
    """What the contact sent at `at`, with what he wrote into the fields."""
    return filled(
        {
            "form": form,
            "contact_id": contact_id,
            "submitted_at": hubspot_time(at),
            "page_url": f"https://www.{OWN_DOMAIN}{PAGES[form]}",
            **{name: shown.get(name) for name in ASKED},
        }
    )


def submissions(contact_id: str, shown: Row, journey: Journey) -> Iterator[Row]:
    """Everything that the contact sent so far."""
    return (submission(contact_id, shown, form, at) for at, form in journey.forms)


def memberships(contact_id: str, journey: Journey) -> list[Row]:
    """The lists that the contact's forms put him into, from the first such form on."""
    joined: dict[str, int] = {}
    for at, form in journey.forms:
        if form in LISTS:
            joined.setdefault(LISTS[form], at)
    return [
        {"list": name, "contact_id": contact_id, "added_at": hubspot_time(at)} for name, at in joined.items()
    ]
