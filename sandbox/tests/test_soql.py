"""SOQL's own rules, checked against SQLite answers and against a plain Python reading of the same condition."""

from __future__ import annotations

import operator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.salesforce.errors import ApiError
from leadwright_sandbox.salesforce.ids import checksum, full_id
from leadwright_sandbox.salesforce.periods import period
from leadwright_sandbox.salesforce.soql import translate
from leadwright_sandbox.store import Store

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)  # a Wednesday


class Still:
    def now(self) -> datetime:
        return NOW


@pytest.fixture(scope="module")
def salesforce() -> Salesforce:
    made = Salesforce(Store(), Still(), limits=False)
    made.load("Account", [{"Id": "a1", "Name": "Acme", "OwnerId": "u1"}])
    made.load("User", [{"Id": "u1", "LastName": "Smith", "FirstName": "Ann"}])
    made.load("Group", [{"Id": "g1", "Name": "Queue", "Type": "Queue"}, {"Id": "g2", "Name": "Friends"}])
    leads = [
        {"Id": "1", "LastName": "O'Brien", "Email": "a@x.com", "AnnualRevenue": 10, "OwnerId": "u1"},
        {"Id": "2", "LastName": "ober", "AnnualRevenue": 20, "OwnerId": "g1", "Rating": "Hot"},
        {"Id": "3", "LastName": "100%", "Email": "b@x.com", "IsConverted": True, "OwnerId": "g1"},
        {"Id": "4", "LastName": "gone", "IsDeleted": True},
    ]
    days = ("2026-03-04T00:00:00Z", "2026-03-03T23:59:59Z", "2026-02-01T08:00:00Z", "2025-01-01T00:00:00Z")
    made.load("Lead", [lead | {"CreatedDate": day} for lead, day in zip(leads, days, strict=True)])
    made.load(
        "Contact", [{"Id": "c1", "LastName": "Doe", "AccountId": "a1"}, {"Id": "c2", "LastName": "Roe"}]
    )
    return made


def ask(salesforce: Salesforce, soql: str, *, deleted: bool = False) -> list[tuple[Any, ...]]:
    org = salesforce.org
    plan = translate(soql, org.view(org.integration_user), NOW, deleted=deleted)
    sql = plan.count_statement() if plan.count_only else plan.statement([each.sql for each in plan.columns])
    return [tuple(row) for row in org.store.db.execute(sql, plan.parameters)]


def ids(salesforce: Salesforce, condition: str) -> str:
    return "".join(row[0] for row in ask(salesforce, f"SELECT Id FROM Lead WHERE {condition} ORDER BY Id"))


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("LastName = 'OBER'", "2"),
        (r"LastName = 'O\'Brien'", "1"),
        ("LastName LIKE 'o%'", "12"),
        (r"LastName LIKE '100\%'", "3"),
        ("LastName LIKE '_ber'", "2"),
        ("(NOT LastName LIKE 'o%')", "3"),
        ("Email = null", "2"),
        ("Email != null", "13"),
        ("Email != 'a@x.com'", "23"),
        ("Email NOT IN ('a@x.com')", "23"),
        ("NOT Email IN ('a@x.com', 'b@x.com')", "2"),
        ("Email IN ('a@x.com', null)", "12"),
        ("NOT (Email = 'a@x.com' OR Rating = 'Hot')", "3"),
        ("AnnualRevenue > 10", "2"),
        ("AnnualRevenue >= -1.5e0", "12"),
        ("NOT AnnualRevenue > 10", "13"),
        ("IsConverted = true", "3"),
        ("IsConverted != TRUE", "12"),
        ("CreatedDate IN (2026-03-04T00:00:00Z, 2026-03-03T23:59:59Z)", "12"),
        ("CreatedDate NOT IN (2026-03-04T00:00:00Z)", "23"),
        ("CreatedDate NOT IN (2026-03-04T01:00:00+01:00, 2026-03-03T23:59:59.000Z)", "3"),
        ("CreatedDate >= 2026-03-03T23:59:59Z AND CreatedDate NOT IN (2026-03-03T23:59:59Z)", "1"),
        ("NOT CreatedDate IN (2026-03-04T00:00:00Z)", "23"),
        ("LastActivityDate NOT IN (2026-03-04)", "123"),
        ("CreatedDate = TODAY", "1"),
        ("CreatedDate < TODAY", "23"),
        ("CreatedDate != TODAY", "23"),
        ("CreatedDate = YESTERDAY", "2"),
        ("CreatedDate = LAST_N_DAYS:1", "12"),
        ("CreatedDate = LAST_MONTH", "3"),
        ("CreatedDate >= 2026-03-03T23:59:59Z", "12"),
        ("CreatedDate >= 2026-03-04T00:59:59+01:00", "12"),
        ("CreatedDate > 2026-03-03T23:59:59.000Z", "1"),
        ("Owner.Name = 'ann smith'", "1"),
        ("Owner.Type = 'Queue'", "23"),
        ("Owner.Type != 'Queue'", "1"),
        ("Owner.Type = 'User'", "1"),
        ("Owner.Type = 'Group'", ""),
        ("lead.owner.name != null AND (Rating = 'Hot' OR Email = 'a@x.com')", "12"),
        ("Id IN (SELECT Id FROM Lead WHERE Rating = 'Hot')", "2"),
        ("Id NOT IN (SELECT Id FROM Lead WHERE Rating = 'Hot')", "13"),
        ("DAY_ONLY(CreatedDate) = 2026-02-01", "3"),
    ],
)
def test_conditions(salesforce: Salesforce, condition: str, found: str) -> None:
    assert ids(salesforce, condition) == found


@pytest.mark.parametrize(
    ("soql", "rows"),
    [
        ("SELECT COUNT() FROM Lead", [(3,)]),
        ("SELECT COUNT() FROM Lead LIMIT 2", [(2,)]),
        ("SELECT COUNT() FROM Lead LIMIT 0", [(0,)]),
        ("select count(Id) from lead where email != null", [(2,)]),
        (
            "SELECT COUNT(Email), COUNT_DISTINCT(OwnerId), SUM(AnnualRevenue), MAX(LastName) FROM Lead",
            [(2, 2, 30.0, "ober")],
        ),
        ("SELECT Rating, COUNT(Id) n FROM Lead GROUP BY Rating ORDER BY Rating", [(None, 2), ("Hot", 1)]),
        ("SELECT OwnerId FROM Lead GROUP BY OwnerId HAVING COUNT(Id) > 1", [("g1",)]),
        (
            "SELECT CALENDAR_YEAR(CreatedDate), COUNT(Id) FROM Lead GROUP BY CALENDAR_YEAR(CreatedDate)",
            [(2026, 3)],
        ),
        (
            "SELECT DAY_IN_WEEK(CreatedDate), DAY_IN_YEAR(CreatedDate), WEEK_IN_MONTH(CreatedDate), "
            "WEEK_IN_YEAR(CreatedDate), FISCAL_QUARTER(CreatedDate) FROM Lead WHERE Id = '1' "
            "GROUP BY DAY_IN_WEEK(CreatedDate), DAY_IN_YEAR(CreatedDate), WEEK_IN_MONTH(CreatedDate), "
            "WEEK_IN_YEAR(CreatedDate), FISCAL_QUARTER(CreatedDate)",
            [(4, 63, 1, 9, 1)],
        ),
        ("SELECT toLabel(Rating) FROM Lead WHERE toLabel(Rating) = 'hot'", [("Hot",)]),
        ("SELECT Id FROM Lead ORDER BY AnnualRevenue, Id", [("3",), ("1",), ("2",)]),
        ("SELECT Id FROM Lead ORDER BY AnnualRevenue DESC", [("3",), ("2",), ("1",)]),
        ("SELECT Id FROM Lead ORDER BY AnnualRevenue DESC NULLS LAST", [("2",), ("1",), ("3",)]),
        ("SELECT Id FROM Lead ORDER BY Id LIMIT 1 OFFSET 1", [("2",)]),
        ("SELECT Id FROM Lead LIMIT 0", []),
        ("SELECT Account.Owner.Name FROM Contact ORDER BY Id", [("Ann Smith",), (None,)]),
        ("SELECT l.Id FROM Lead l WHERE l.Rating = 'Hot'", [("2",)]),
        ("SELECT Name FROM Group WHERE Type = 'Queue'", [("Queue",)]),
        (
            "SELECT Owner.Type, COUNT(Id) FROM Lead GROUP BY Owner.Type ORDER BY Owner.Type",
            [("Queue", 2), ("User", 1)],
        ),
    ],
)
def test_queries(salesforce: Salesforce, soql: str, rows: list[tuple[Any, ...]]) -> None:
    assert ask(salesforce, soql) == rows


def test_query_all_sees_deleted_rows(salesforce: Salesforce) -> None:
    assert ask(salesforce, "SELECT COUNT() FROM Lead", deleted=True) == [(4,)]


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT Id FROM Lead WHERE CreatedDate = '2026-01-01'", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        (
            "SELECT Id FROM Lead WHERE AnnualRevenue = '5'",
            "INVALID_FIELD",
            "should not be enclosed in quotes",
        ),
        ("SELECT Id FROM Lead WHERE LastName = 5", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE IsConverted = 'true'", "INVALID_FIELD", "must be of type boolean"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Lead WHERE IsConverted LIKE 'x'", "INVALID_FIELD", "invalid operator"),
        ("SELECT Id FROM Lead WHERE Boss.Name = 'x'", "INVALID_FIELD", "relationship 'Boss'"),
        (
            "SELECT Id FROM Lead WHERE Email = 'a' AND Email = 'b' OR Email = 'c'",
            "MALFORMED_QUERY",
            "parentheses",
        ),
        ("SELECT Id FROM Lead WHERE Email < null", "MALFORMED_QUERY", "null"),
        ("SELECT Id FROM Lead WHERE CreatedDate NOT IN ()", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead WHERE CreatedDate IN ('2026-03-04T00:00:00Z')", "INVALID_FIELD", "dateTime"),
        ("SELECT Id FROM Lead WHERE Email", "MALFORMED_QUERY", "unexpected token"),
        ('SELECT Id FROM Lead WHERE Email = "a"', "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead WHERE Email = 'a", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id, Id FROM Lead", "MALFORMED_QUERY", "duplicate field"),
        ("SELECT * FROM Lead", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id", "MALFORMED_QUERY", "FROM"),
        ("DELETE FROM Lead", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead; DROP TABLE Lead", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id, COUNT(Id) FROM Lead", "MALFORMED_QUERY", "grouped or aggregated"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT FIELDS(ALL) FROM Lead", "MALFORMED_QUERY", "LIMIT"),
        ("SELECT Id, (SELECT Id FROM Persons) FROM Account", "INVALID_TYPE", "relationship 'Persons'"),
        ("SELECT Id, (SELECT Id FROM Contact) FROM Account", "INVALID_TYPE", "relationship 'Contact'"),
        ("SELECT Id, (SELECT Nope FROM Contacts) FROM Account", "INVALID_FIELD", "on entity 'Contact'"),
        ("SELECT Id, (SELECT COUNT() FROM Contacts) FROM Account", "MALFORMED_QUERY", "sub-select"),
        ("SELECT Id, (SELECT Id FROM Contacts JOIN Lead) FROM Account", "MALFORMED_QUERY", "unexpected"),
        ("SELECT COUNT(Id), (SELECT Id FROM Contacts) FROM Account", "MALFORMED_QUERY", "children"),
        (
            "SELECT Id, (SELECT Id FROM Contacts), (SELECT Id FROM Contacts) FROM Account",
            "MALFORMED_QUERY",
            "dup",
        ),
        ("SELECT TYPEOF Who WHEN Lead THEN Id END FROM Task", "NOT_IMPLEMENTED", "TYPEOF"),
        ("SELECT Id FROM Lead JOIN Contact ON 1 = 1", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead UNION SELECT Id FROM Contact", "MALFORMED_QUERY", ""),
    ],
)
def test_refusals(salesforce: Salesforce, soql: str, code: str, words: str) -> None:
    with pytest.raises(ApiError) as raised:
        ask(salesforce, soql)
    assert raised.value.code == code
    assert words in raised.value.message


@pytest.mark.parametrize(
    ("name", "count", "first", "last"),
    [
        ("TODAY", None, "2026-03-04", "2026-03-04"),
        ("TOMORROW", None, "2026-03-05", "2026-03-05"),
        ("THIS_WEEK", None, "2026-03-01", "2026-03-07"),
        ("LAST_WEEK", None, "2026-02-22", "2026-02-28"),
        ("NEXT_MONTH", None, "2026-04-01", "2026-04-30"),
        ("LAST_QUARTER", None, "2025-10-01", "2025-12-31"),
        ("THIS_YEAR", None, "2026-01-01", "2026-12-31"),
        ("LAST_90_DAYS", None, "2025-12-04", "2026-03-04"),
        ("LAST_N_DAYS", 7, "2026-02-25", "2026-03-04"),
        ("NEXT_N_DAYS", 7, "2026-03-05", "2026-03-11"),
        ("LAST_N_MONTHS", 2, "2026-01-01", "2026-02-28"),
        ("NEXT_N_YEARS", 1, "2027-01-01", "2027-12-31"),
        ("N_DAYS_AGO", 4, "2026-02-28", "2026-02-28"),
        ("N_MONTHS_AGO", 3, "2025-12-01", "2025-12-31"),
    ],
)
def test_periods(name: str, count: int | None, first: str, last: str) -> None:
    found = period(name, count, NOW.date())
    assert found is not None
    assert (found[0].isoformat(), (found[1] - timedelta(days=1)).isoformat()) == (first, last)


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.sampled_from(["WEEK", "MONTH", "QUARTER", "YEAR"]))
def test_neighbouring_periods_touch(day: date, unit: str) -> None:
    last, this, following = (period(f"{which}_{unit}", None, day) for which in ("LAST", "THIS", "NEXT"))
    assert last and this and following
    assert last[1] == this[0] <= day < this[1] == following[0]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
def test_any_text_can_be_asked_for(salesforce: Salesforce, text: str) -> None:
    literal = text.replace("\\", "\\\\").replace("'", "\\'")
    plan = translate(
        f"SELECT Id FROM Lead WHERE LastName = '{literal}'",
        salesforce.org.view(salesforce.org.integration_user),
        NOW,
    )
    assert list(plan.parameters.values()) == [text]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_nonsense_is_refused_politely(salesforce: Salesforce, text: str) -> None:
    with pytest.raises(ApiError):
        ask(salesforce, text)


OPERATORS = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
REVENUE = {"1": 10.0, "2": 20.0, "3": None}


def comparison() -> st.SearchStrategy[tuple[str, set[str]]]:
    """A condition on AnnualRevenue and the leads that meet it, read in plain Python."""

    def build(sign: str, number: float | None) -> tuple[str, set[str]]:
        if number is None:
            sign = "=" if sign in ("=", "<", ">") else "!="
            return f"AnnualRevenue {sign} null", {
                i for i, v in REVENUE.items() if (v is None) == (sign == "=")
            }
        compare = OPERATORS[sign]
        met = {i for i, v in REVENUE.items() if (compare(v, number) if v is not None else sign == "!=")}
        return f"AnnualRevenue {sign} {number}", met

    return st.builds(
        build, st.sampled_from(sorted(OPERATORS)), st.sampled_from([None, 5.0, 10.0, 15.0, 20.0])
    )


def combined(inner: st.SearchStrategy[tuple[str, set[str]]]) -> st.SearchStrategy[tuple[str, set[str]]]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        inner.map(lambda c: (f"(NOT {c[0]})", set(REVENUE) - c[1])),
        pairs.map(lambda p: (f"({p[0][0]} AND {p[1][0]})", p[0][1] & p[1][1])),
        pairs.map(lambda p: (f"({p[0][0]} OR {p[1][0]})", p[0][1] | p[1][1])),
    )


@settings(max_examples=200, deadline=None)
@given(st.recursive(comparison(), combined, max_leaves=6))
def test_conditions_have_two_truth_values(salesforce: Salesforce, condition: tuple[str, set[str]]) -> None:
    assert set(ids(salesforce, condition[0])) == condition[1]


@pytest.mark.parametrize(
    ("short", "end"), [("0014S000007NeM3", "QAK"), ("0054S000000JFmh", "QAG"), ("00Q000000000000", "EAA")]
)
def test_checksums_of_real_ids(short: str, end: str) -> None:
    assert checksum(short) == end
    assert full_id(short) == short + end
    assert full_id("free text") == "free text"
