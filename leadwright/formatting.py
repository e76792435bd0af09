"""How numbers read to people, in one place so that a page and a command never show the same figure in two ways.

A share of a handful of leads looks as solid as a share of thousands. So a share always comes with the number it
rests on, and below `ENOUGH` it is not shown as a percentage at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

ENOUGH = 20
NOTHING = "no data yet"
NO_DATES = "no dates"
MINUS = "\N{MINUS SIGN}"
NUMBER = re.compile(r"-?\d+(\.\d+)?")
CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+|[A-Z0-9]+(_[A-Z0-9]+)+")
_FORMULA = re.compile(
    r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
)  # also the wide ones that Japanese keyboards have
_AMOUNT = re.compile(r"[+-]?\d+([.,]\d+)*%?")
ABBREVIATIONS = {"mql": "MQL", "sql": "SQL"}


def count(number: int) -> str:
    """Write a count with thousands separators."""
    return f"{number:,}"


def rate(part: int, whole: int) -> float | None:
    """Give the share in percent, or None when too few leads stand behind it."""
    return 100 * part / whole if whole >= ENOUGH else None


def share(part: int, whole: int) -> str:
    """Write a share in percent, or as plain counts when it rests on too few."""
    percent = rate(part, whole)
    if percent is not None:
        return f"{percent:.1f}%"
    return f"{part} of {whole}" if whole else NOTHING


def basis(whole: int, of_what: str) -> str:
    """Say how many a figure rests on, and whether that is too few to trust."""
    if not whole:
        return f"no {of_what} yet"
    return f"n = {count(whole)} {of_what}" if whole >= ENOUGH else f"n = {whole}, too few {of_what}"


def mql_to_sql(totals: Mapping[str, Any]) -> tuple[str, str]:
    """The rate of MQLs that became an SQL and what it rests on, from the row of `rpt_overview`."""
    known, undated, mqls = (totals[name] for name in ("known_mql_count", "undated_mql_count", "mql_count"))
    if 2 * undated > mqls:
        so_far = count(totals["mql_to_sql_count"])
        return NO_DATES, f"{count(undated)} of {count(mqls)} MQLs have no date; {so_far} are SQL so far"
    without = f"; {count(undated)} more have no date" if undated else ""
    return share(totals["known_mql_to_sql_count"], known), basis(known, "MQLs of known months") + without


def duration(minutes: float | None) -> str:
    """Write a length of time in the unit a person would use."""
    if minutes is None:
        return NOTHING
    if minutes < 1:
        return "under 1 min"
    if minutes < 90:
        return f"{minutes:.0f} min"
    if minutes < 48 * 60:
        return f"{minutes / 60:.1f} h"
    return f"{minutes / 1440:,.1f} days"


def moment(at: datetime | None) -> str:
    """Write a moment in UTC; every time on the pages is UTC and says so."""
    if at is None:
        return "unknown"
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%d %b %Y, %H:%M} UTC".lstrip("0")


def decimals_needed(amounts: Sequence[Decimal]) -> int:
    """Find the decimals at which every amount is exact, so that the eye can add the column up."""
    exponents = (amount.normalize().as_tuple().exponent for amount in amounts)
    return max((-e for e in exponents if isinstance(e, int) and e < 0), default=0)


def points(amount: Decimal, decimals: int = 0, *, signed: bool = False) -> str:
    """Write points with a true minus sign, so that columns of them line up."""
    sign = MINUS if amount < 0 else "+" if signed and amount > 0 else ""
    return f"{sign}{abs(amount):,.{decimals}f}"


def code_in_words(code: str) -> str:
    """Write a code as words: one of ours, such as a stage or a source, or a CRM's (`COMPUTER_SOFTWARE`)."""
    words = code.replace("_", " ")
    return ABBREVIATIONS.get(code, words.lower() if "_" in code and code.isupper() else words)


def seen_in_words(value: str | None) -> str:
    """Write the value that a rule saw; one column of text holds counts (`3.00`), codes (`c_level`) and free text."""
    if value is None:
        return ""
    if NUMBER.fullmatch(value):
        return f"{Decimal(value):,f}".rstrip("0").rstrip(".") if "." in value else f"{Decimal(value):,f}"
    return code_in_words(value) if CODE.fullmatch(value) else value


def no_formula(cell: str) -> str:
    """A text for a file that a spreadsheet may open: what it would take for a formula begins with an apostrophe."""
    return f"'{cell}" if _FORMULA.match(cell) and not _AMOUNT.fullmatch(cell) else cell


_COMPARISONS = {"at_least": "at least", "above": "above", "at_most": "at most", "below": "below"}


def figure(value: float | None) -> str:
    """A measured figure with three digits at most, or that there is none."""
    return "not measured" if value is None else f"{value:,.3f}".rstrip("0").rstrip(".")


def asked_for(comparison: str, threshold: Decimal) -> str:
    """What a gate asks for: at least 100."""
    return f"{_COMPARISONS[comparison]} {threshold.normalize():f}"
