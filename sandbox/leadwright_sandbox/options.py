"""The options of `leadwright sandbox`, also started as `python -m sandbox`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from leadwright_sandbox.live.desks import BUSY

CRMS = ("hubspot", "salesforce")
DEFAULT_LEADS = 2000
FASTEST = 10_000_000  # sandbox seconds in a real one: four months
MOST_MAILINGS = 40
IDLE_SECONDS = 120.0  # the services' own times are not known; they outlast a client's polls


class OptionsError(Exception):
    """The command line cannot be understood; the message says why."""


class _Line(argparse.ArgumentParser):
    """Raises instead of ending the process: who started the sandbox says it in his own way."""

    def error(self, message: str) -> NoReturn:
        raise OptionsError(message)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"{text!r} is not an ISO 8601 date and time") from problem
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _import(text: str) -> tuple[str, Path]:
    crm, separator, folder = text.partition("=")
    if crm not in CRMS or not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not hubspot=FOLDER or salesforce=FOLDER")
    return crm, Path(folder)


def _names(text: str) -> frozenset[str]:
    return frozenset(name for name in text.split(",") if name)


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def _mailings(text: str) -> int:
    if not text.isdigit() or int(text) > MOST_MAILINGS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 0 and {MOST_MAILINGS}")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed <= FASTEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a speed between 0 and {FASTEST:,}")
    return speed


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0.05 <= share <= 20:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 0.05 and 20")
    return share


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = _Line(
        prog="leadwright sandbox",
        description="A HubSpot portal and a Salesforce org on this machine. Prints one line of JSON with addresses "
        "and credentials when both answer, then runs until SIGTERM.",
        epilog="A world that lives, moved by hand: --live --speed 0 --control, then POST {control url}/clock "
        '{"advance": 86400} lets a day pass and GET {control url}/results tells what was earned. README.md has '
        "the example in full.",
    )
    line.add_argument(
        "--hubspot-port", type=int, default=0, metavar="PORT", help="0 takes a free port (default)"
    )
    line.add_argument(
        "--salesforce-port", type=int, default=0, metavar="PORT", help="0 takes a free port (default)"
    )
    line.add_argument(
        "--seed",
        type=_count,
        default=7,
        help="the same seed makes the same population; each has a portal id and an org id of its own (default 7)",
    )
    line.add_argument(
        "--leads",
        type=_count,
        metavar="N",
        help=f"size of the population (default {DEFAULT_LEADS}; 0 where --import is given)",
    )
    line.add_argument(
        "--mailings",
        type=_mailings,
        default=0,
        metavar="N",
        help="log N mass e-mails on every lead besides, for volume: 16 make 20 engagements a lead (default 0)",
    )
    line.add_argument(
        "--import",
        dest="imports",
        type=_import,
        action="append",
        default=[],
        metavar="CRM=FOLDER",
        help="fill hubspot or salesforce from a folder with one CSV file per object",
    )
    line.add_argument(
        "--now", type=_moment, metavar="ISO8601", help="where the sandbox's clock starts (default: now)"
    )
    line.add_argument(
        "--live",
        action="store_true",
        help="let the made population live on as the clock moves: people arrive and act, reps answer by owner, grade "
        "and due time, deals close",
    )
    line.add_argument(
        "--speed",
        type=_speed,
        default=1.0,
        metavar="N",
        help="sandbox seconds in a real second (default 1; 0: the clock stands until the control API moves it; "
        "86400: a day a second)",
    )
    line.add_argument(
        "--busy",
        type=_share,
        default=BUSY,
        metavar="SHARE",
        help=f"with --live: the share of the sales team's room that the leads fill (default {BUSY}; 3.5: three and a "
        "half times as many as it can answer, so that it matters which it answers first)",
    )
    line.add_argument(
        "--limits",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="refuse calls above the rate limits, as the real services do (default)",
    )
    line.add_argument(
        "--hubspot-scopes",
        metavar="SCOPE,...",
        type=_names,
        help="what the HubSpot token may do (default: everything)",
    )
    line.add_argument(
        "--salesforce-permissions",
        metavar="PERMISSION,...",
        type=_names,
        help="what the Salesforce user may do, such as ApiEnabled,ReadLeads,EditLeads (default: everything)",
    )
    line.add_argument(
        "--salesforce-session",
        metavar="SECONDS",
        type=float,
        help="how long a Salesforce token lasts (default: for ever)",
    )
    line.add_argument(
        "--search-lag",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how far HubSpot's search runs behind the records (default 0; the real one lags by seconds)",
    )
    line.add_argument(
        "--idle",
        type=float,
        default=IDLE_SECONDS,
        metavar="SECONDS",
        help=f"how long a connection without calls stays open (default {IDLE_SECONDS:.0f})",
    )
    line.add_argument(
        "--proxy",
        action="store_true",
        help="also answer for api.hubapi.com and login.salesforce.com, for programs that are given HTTPS_PROXY",
    )
    line.add_argument("--control", action="store_true", help="serve the control API under /_control")
    line.add_argument(
        "--state",
        type=Path,
        metavar="FOLDER",
        help="hold the records in this folder instead of memory, for large populations; each start begins anew",
    )
    return line
