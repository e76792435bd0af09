"""What a company's CRM shows of itself: who sells, whose domain is its own, sources, dates that cannot be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadwright import warehouse
from leadwright.learn.intervals import wilson
from leadwright.study.bench import Bench
from leadwright.study.evidence import percent

_OWNERS = warehouse.statement(__file__, "owners")
_DOMAINS = warehouse.statement(__file__, "own_domains")
_SOURCES = warehouse.statement(__file__, "sources")
_FILLS = warehouse.statement(__file__, "fills")
_DATES = warehouse.statement(__file__, "dates")
_UNDATED = warehouse.statement(__file__, "undated")
_GRADES = warehouse.statement(__file__, "grades")

_SELLS = 0.05
"""Who does so much of what is done towards leads sells; who does less helps out."""
_FEWEST_TOUCHES = 5
_FEWEST_LEADS = 10
"""Of who owns fewer, rpt_lead_owners does not say whether it may be a login: nobody gives such a one leads unasked."""
_SAME_DAY = 0.2
_AT_CREATION = 0.5
_FEWEST_DATED = 20

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody whom a CRM knows, and what they do with leads.

    Attributes:
        share: of all that was done towards leads in the last 180 days.
        role: sells, sold (and no more), login, or other.
    """

    full_name: str
    email: str
    is_active: bool
    takes_leads: bool
    is_routed_from: bool
    leads: int
    sales: int
    touches: int
    share: float
    last_touch_at: datetime | None
    role: str

    @property
    def said(self) -> str:
        """What they do, in words."""
        if not self.touches:
            return f"owns {self.leads:,} leads and {self.sales:,} sales, and was never in touch with one"
        last = f", last in {self.last_touch_at:%B %Y}" if self.last_touch_at and self.role == "sold" else ""
        share = f"{percent(self.share)} of the last 180 days{last}"
        return f"in touch {self.touches:,} times ({share}), {self.sales:,} sales"


def owners(bench: Bench) -> list[Owner]:
    """Everybody whom a CRM knows, who does most first."""
    rows = bench.rows(_OWNERS, {"as_of": bench.as_of.replace(tzinfo=None)})
    lately = sum(row["touches_lately"] for row in rows)
    return [_owner(row, lately) for row in rows]


def _owner(row: Mapping[str, Any], lately: int) -> Owner:
    share = row["touches_lately"] / lately if lately else 0.0
    active = row["touches_lately"] >= _FEWEST_TOUCHES and share >= _SELLS
    if row["may_be_login"] or row["is_routed_from"]:
        role = "login"
    elif row["is_active"] and (active or (not lately and row["sales"])):
        role = "sells"
    elif row["touches"] >= _FEWEST_TOUCHES or row["sales"]:
        role = "sold"
    else:
        role = "other"
    plain = {k: v for k, v in row.items() if k not in ("may_be_login", "touches_lately")}
    return Owner(**plain, share=share, role=role)


def pool_rows(some: Sequence[Owner], there: Sequence[Mapping[str, str]]) -> list[Row]:
    """Who could take leads, where nobody is named yet."""
    if any(row["pool"] == "everyone" for row in there):
        return []
    return [
        {
            "pool": "everyone",
            "email_pattern": o.email,
            "weight": "1",
            "capacity": "",
            "reason": _sentence(o.said),
        }
        for o in some
        if o.role == "sells" and o.email and o.leads >= _FEWEST_LEADS
    ]


def routed_from_rows(some: Sequence[Owner], there: Sequence[Mapping[str, str]]) -> list[Row]:
    """Logins whose leads are to be routed as if nobody owned them."""
    known = {row["email"].lower() for row in there}
    return [
        {"email": o.email, "reason": _sentence(f"called like a program, or {o.said}")}
        for o in some
        if o.role == "login" and o.email and o.email.lower() not in known
    ]


def domains(bench: Bench) -> list[dict[str, Any]]:
    """Domains of owners' addresses that are probably the company's own, with how many leads write from them."""
    rows = bench.rows(_DOMAINS)
    whole = sum(row["owners"] for row in rows)
    return [row for row in rows if row["owners"] >= 2 or row["owners"] > whole / 2]


def domain_rows(some: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The rows of company_domains.csv of those that it does not have."""
    return [
        {
            "domain": row["domain"],
            "kind": "own_staff",
            "reason": f"{row['owners']} owners have an address of it; {row['leads']:,} leads write from it",
        }
        for row in some
        if row["known_as"] is None
    ]


def sources(bench: Bench) -> list[dict[str, Any]]:
    """Sources with volume and, of leads whose outcome is known, the rate with its interval; after `look`."""
    return [{**row, **_rate(row["converted"], row["known"])} for row in bench.rows(_SOURCES) if row["leads"]]


def _rate(part: int, whole: int) -> dict[str, float | None]:
    if not whole:
        return {"rate": None, "low": None, "high": None}
    low, high = wilson(part / whole, whole)
    return {"rate": part / whole, "low": low, "high": high}


def fills(bench: Bench) -> list[dict[str, Any]]:
    """Features with how many leads have them and how their past is known."""
    return bench.rows(_FILLS)


def grades(bench: Bench) -> list[dict[str, Any]]:
    """Grades with leads, open ones, and those that are won."""
    return bench.rows(_GRADES)


def dates(bench: Bench) -> list[str]:
    """Dates of stages that cannot be trusted, a sentence each."""
    rows = bench.rows(_DATES, {"as_of": bench.as_of.replace(tzinfo=None)})
    found = [said for row in rows for said in _doubtful(row)]
    for row in bench.rows(_UNDATED):
        found.append(f"{row['undated']:,} leads came to {row['stage'].upper()} and no CRM says when")
    return found


def _doubtful(row: Mapping[str, Any]) -> Iterator[str]:
    stage, dated = row["stage"].upper() if row["stage"] != "won" else "won", row["dated"]
    if dated < _FEWEST_DATED:
        return
    if row["at_creation"] > _AT_CREATION * dated:
        yield (
            f"{percent(row['at_creation'] / dated)} of {dated:,} dates of {stage} are that of creation: "
            "entered together with the record, so that they say nothing of how long it took"
        )
    if row["on_busiest_day"] > _SAME_DAY * dated:
        yield (
            f"{row['on_busiest_day']:,} of {dated:,} dates of {stage} are {row['busiest_day']:%Y-%m-%d}: filled in "
            "for many at once, so that they are no dates of theirs"
        )
    if row["before_creation"]:
        yield f"{row['before_creation']:,} of {dated:,} dates of {stage} are before the lead was created"
    if row["ahead"]:
        yield f"{row['ahead']:,} of {dated:,} dates of {stage} are still to come"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
