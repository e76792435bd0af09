"""SOQL text -> a syntax tree: what SQL has no word for is marked first, then sqlglot parses.

Every name is quoted, because objects and fields may be called `Group`, `Order` or `Type`; dates without quotes
and `LAST_N_DAYS:30` become calls of marker functions.
"""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from leadwright_sandbox.salesforce.errors import malformed_query, not_served
from leadwright_sandbox.store import quoted_text

MARK_DATETIME, MARK_DATE, MARK_PERIOD = "soql_datetime", "soql_date", "soql_period"
WORDS = """SELECT FROM WHERE AND OR NOT IN LIKE ORDER BY GROUP HAVING ASC DESC NULLS FIRST LAST LIMIT OFFSET NULL
TRUE FALSE AS"""
UNSERVED_WORDS = "TYPEOF INCLUDES EXCLUDES USING WITH ROLLUP CUBE FOR UPDATE SCOPE"
KEYWORDS, UNSERVED = frozenset(WORDS.split()), frozenset(UNSERVED_WORDS.split())
TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
  | (?P<date>\d{4}-\d\d-\d\d)
  | (?P<period>[A-Za-z]+_[A-Za-z_]+:\d+)
  | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<name>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*)
  | (?P<sign><=|>=|!=|<>|[=<>(),+-])
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def unescaped(literal: str) -> str:
    """The text of a SOQL string; `\\%` and `\\_` stay, LIKE reads them."""

    def one(match: re.Match[str]) -> str:
        letter = match[1]
        return match[0] if letter in "%_" else ESCAPES.get(letter.lower(), letter)

    return re.sub(r"\\(.)", one, literal[1:-1], flags=re.DOTALL)


def _name(text: str, follows: str, previous: str) -> str:
    """A name as the parser may see it: keywords and functions bare, all else in quotes."""
    upper = text.upper()
    if "." in text or previous == "FROM":
        return ".".join(f'"{part}"' for part in text.split("."))
    if upper == "DESC" and follows.upper() != "NULLS":
        return "DESC NULLS FIRST"  # SOQL sorts nulls first in both directions
    if upper in KEYWORDS:
        return upper
    if follows == "(":
        return upper
    if upper in UNSERVED:
        raise not_served(f"{upper} in a query")
    return f'"{text}"'


def marked(soql: str) -> str:
    """`soql` as text that an SQL parser takes."""
    tokens: list[tuple[str, str]] = []
    place = 0
    while place < len(soql):
        found = TOKEN.match(soql, place)
        if found is None or found.lastgroup is None:
            raise malformed_query(f"unexpected token: '{soql[place : place + 20]}' at character {place + 1}")
        place = found.end()
        if found.lastgroup != "space":
            tokens.append((found.lastgroup, found[0]))
    words = []
    for number, (kind, text) in enumerate(tokens):
        follows = tokens[number + 1][1] if number + 1 < len(tokens) else ""
        previous = tokens[number - 1][1].upper() if number else ""
        words.append(_marked_token(kind, text, follows, previous))
    return " ".join(words)


def _marked_token(kind: str, text: str, follows: str, previous: str) -> str:
    if kind == "string":
        return quoted_text(unescaped(text))
    if kind == "datetime":
        return f"{MARK_DATETIME}('{text}')"
    if kind == "date":
        return f"{MARK_DATE}('{text}')"
    if kind == "period":
        name, _, count = text.partition(":")
        return f"{MARK_PERIOD}('{name.upper()}', {count})"
    return _name(text, follows, previous) if kind == "name" else text


def parse(soql: str) -> exp.Select:
    """The syntax tree of a query."""
    text = marked(soql)
    try:
        tree = sqlglot.parse_one(text)
    except SqlglotError as error:
        found = getattr(error, "errors", None) or [{}]
        near = str(found[0].get("highlight") or "").strip('"')
        raise malformed_query(f"unexpected token: '{near or '<EOF>'}'") from error
    if not isinstance(tree, exp.Select):
        raise malformed_query("unexpected token: a query starts with SELECT")
    return tree


def check_parts(tree: exp.Select) -> None:
    """Refuse the parts of SQL that a SELECT of SOQL has not."""
    known = {"expressions", "from_", "where", "group", "having", "order", "limit", "offset", "kind"}
    strange = [part for part, value in tree.args.items() if value and part not in known]
    if strange:
        raise malformed_query(f"unexpected token: '{strange[0]}'")
