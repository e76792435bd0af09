"""Marketing campaigns with what they cost, so that cost per lead has something to divide."""

from __future__ import annotations

from random import Random

from leadwright_sandbox.population.model import Campaign
from leadwright_sandbox.population.moments import DAY, day_text

# Which campaigns hold the people who sent a form.
_OF_FORM = {
    "Demo request": "Website demo request",
    "Pricing enquiry": "Website pricing enquiry",
    "Contact us": "Website contact form",
    "Whitepaper download": "RevOps benchmark report",
    "Webinar registration": "Webinar on demand",
    "Newsletter": "Monthly newsletter",
}

# (name, Salesforce type, source of its leads, days it runs, cost in thousands for a population of 2,000)
_PLAN = (
    ("Search brand", "Advertisement", "PAID_SEARCH", 365, 9),
    ("Search category", "Advertisement", "PAID_SEARCH", 180, 22),
    ("LinkedIn decision makers", "Advertisement", "PAID_SOCIAL", 120, 18),
    ("LinkedIn retargeting", "Advertisement", "PAID_SOCIAL", 200, 7),
    ("Monthly newsletter", "Email", "EMAIL_MARKETING", 365, 3),
    ("Product launch mailing", "Email", "EMAIL_MARKETING", 30, 2),
    ("Lead scoring guide", "Content", "ORGANIC_SEARCH", 240, 6),
    ("RevOps benchmark report", "Content", "ORGANIC_SEARCH", 365, 11),
    ("Partner programme", "Referral Program", "REFERRALS", 365, 8),
    ("Spring trade fair", "Conference", "OFFLINE", 5, 31),
    ("Autumn trade fair", "Conference", "OFFLINE", 5, 27),
    ("Regional roadshow", "Conference", "OFFLINE", 40, 14),
    ("Webinar: speed to lead", "Webinar", "OFFLINE", 2, 3),
    ("Webinar: scoring clinic", "Webinar", "OFFLINE", 2, 3),
    ("Webinar: CRM hygiene", "Webinar", "OFFLINE", 2, 2),
    ("Bought address list", "List", "OFFLINE", 10, 5),
    ("Webinar on demand", "Webinar", "OFFLINE", 365, 4),
    ("Website demo request", "Website", "", 365, 0),
    ("Website pricing enquiry", "Website", "", 365, 0),
    ("Website contact form", "Website", "", 365, 0),
)


def make_campaigns(seed: int, leads: int, start: int, now: int) -> tuple[Campaign, ...]:
    """The campaigns of the year; costs grow with the number of leads."""
    rng = Random(f"{seed}/campaigns")
    made = []
    for number, (name, kind, source, days, thousands) in enumerate(_PLAN):
        length = days * DAY
        begins = start + int(rng.random() * (now - start - length))
        budget = thousands * 1000 * max(leads, 200) // 2000
        cost = int(budget * rng.uniform(0.8, 1.15))
        sent = int(rng.uniform(2, 9) * leads) if kind in ("Email", "List") else 0
        title = f"{name} {day_text(begins // DAY)[:7]}"
        made.append(Campaign(number, title, kind, source, begins, begins + length, cost, budget, sent))
    return tuple(made)


class Attribution:
    """Finds the campaign that brought a lead: of the same type and source, running at or nearest the moment."""

    def __init__(self, campaigns: tuple[Campaign, ...]) -> None:
        self._by_form = {
            form: next(c for c in campaigns if c.name.startswith(name)) for form, name in _OF_FORM.items()
        }
        self._by_kind: dict[tuple[str, str], list[Campaign]] = {}
        for campaign in campaigns:
            self._by_kind.setdefault((campaign.source, campaign.kind), []).append(campaign)

    def campaign_for(self, rng: Random, source: str, kind: str, at: int) -> Campaign | None:
        """The campaign behind a lead of that source at `at`; none for leads that came by themselves."""
        able = [c for c in self._by_kind.get((source, kind), ()) if c.starts <= at]
        running = [c for c in able if at <= c.ends + 14 * DAY] or able[-1:]
        return running[int(rng.random() * len(running))] if running else None

    def campaign_of_form(self, form: str) -> Campaign:
        """The campaign that counts who sent the form."""
        return self._by_form[form]
