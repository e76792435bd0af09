"""Cohorts and shares of revenue agree with a plain computation over the raw rows of a random population.

Only who is who (record -> lead) is taken from the project; stages, dates, cohorts and shares are computed anew.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.workspaces import tables

_NOW = NOW.replace(tzinfo=None)
_STEPS = {"lead_to_mql": ("lead", "mql"), "mql_to_sal": ("mql", "sal"), "mql_to_sql": ("mql", "sql"),
          "sql_to_opportunity": ("sql", "opportunity"), "opportunity_to_won": ("opportunity", "won"),
          "lead_to_won": ("lead", "won")}  # fmt: skip
_ENTERED = {"marketingqualifiedlead": "mql", "salesqualifiedlead": "sql", "opportunity": "opportunity",
            "customer": "customer"}  # fmt: skip
_PASSED = {"mql": {"mql"}, "sal": {"mql", "sal"}, "sql": {"mql", "sal", "sql"},
           "opportunity": {"mql", "sal", "sql", "opportunity"},
           "customer": {"mql", "sal", "sql", "opportunity"}, "lost": {"mql", "sal", "sql", "opportunity"}}  # fmt: skip
_HISTORY = (
    "(select min(mql_at) as mql_at, count(*) as change_count from marts.dim_leads "
    "join marts.fct_lead_stage_changes using (lead_id) where lead_id = '{}')"
)
Row = dict[str, Any]


class _Leads:
    """Everything that the raw rows say about each lead: the first moment of each stage, and whether it was won."""

    def __init__(self, built: DbtWarehouse) -> None:
        self._built = built
        found = built.rows("select record_key, lead_id, is_deleted from marts.dim_crm_records")
        self.lead_of = {key: lead for key, lead, _ in found}
        self._live = {key for key, _, is_deleted in found if not is_deleted}
        self.created: dict[str, datetime] = {}
        self.records: dict[str, datetime] = {}
        self.stages: dict[str, set[str]] = defaultdict(set)
        self.moments: dict[str, dict[str, datetime]] = defaultdict(dict)
        self.deals: list[Row] = []
        self._stage = {(r["field"], r["value"]): r["stage"] for r in _csv(tables()["lead_stages.csv"])}
        self._read_contacts()
        self._read_leads()
        self._read_deals()

    def raw(self, table: str) -> Iterator[Row]:
        columns = [c for (c,) in self._built.rows(
            f"select column_name from (describe {table})")]  # fmt: skip
        for row in self._built.rows(f"select * from {table}"):
            yield dict(zip(columns, row, strict=True))

    def enter(self, key: str, stage: str | None, at: datetime | None) -> None:
        if key not in self._live or stage is None:
            return
        self.enter_lead(self.lead_of[key], stage, at)

    def enter_lead(self, lead: str, stage: str, at: datetime | None) -> None:
        for passed in _PASSED.get(stage, ()):
            self.stages[lead].add(passed)
            if at is not None and passed == stage:
                self.moments[lead][passed] = min(at, self.moments[lead].get(passed, at))

    def _record(self, key: str, created: str) -> None:
        self.records[key] = _moment(created)
        if key in self._live:
            lead = self.lead_of[key]
            self.created[lead] = min(self.records[key], self.created.get(lead, self.records[key]))

    def _read_contacts(self) -> None:
        self._joins: dict[str, datetime] = {}
        for row in self.raw("raw_hubspot.contacts"):
            key = f"hubspot:contacts:{row['hs_object_id']}"
            self._record(key, row["createdate"])
            for field in ("lifecyclestage", "hs_lead_status"):
                self.enter(key, self._stage.get((field, row[field])), None)
            for value, stage in _ENTERED.items():
                at = row[f"hs_v2_date_entered_{value}"] or row[f"hs_lifecyclestage_{value}_date"]
                if at:
                    self.enter(key, stage, _moment(at))
                    if stage == "opportunity":
                        self._joins[key] = _moment(at)
        for row in self.raw('raw_salesforce."Contact"'):
            self._record(f"salesforce:contacts:{row['Id']}", row["CreatedDate"])

    def _read_leads(self) -> None:
        for row in self.raw('raw_salesforce."Lead"'):
            key = f"salesforce:leads:{row['Id']}"
            self._record(key, row["CreatedDate"])
            self.enter(key, self._stage.get(("Status", row["Status"])), None)
        for row in self.raw('raw_salesforce."LeadHistory"'):
            if row["Field"] == "Status":
                at = row["CreatedDate"].astimezone(UTC).replace(tzinfo=None)
                self.enter(
                    f"salesforce:leads:{row['LeadId']}", self._stage.get(("Status", row["NewValue"])), at
                )

    def _read_deals(self) -> None:
        people: dict[str, list[tuple[str, datetime | None]]] = defaultdict(list)
        for row in self.raw("raw_hubspot.deals_to_contacts"):
            key = f"hubspot:contacts:{row['to_id']}"
            people[f"hubspot:{row['from_id']}"].append((key, self._joins.get(key)))
        for row in self.raw('raw_salesforce."OpportunityContactRole"'):
            at = _moment(row["CreatedDate"])
            people[f"salesforce:{row['OpportunityId']}"].append(
                (f"salesforce:contacts:{row['ContactId']}", at)
            )
        for row in self.raw('raw_salesforce."Lead"'):
            if row["ConvertedOpportunityId"]:
                key = f"salesforce:leads:{row['Id']}"
                people[f"salesforce:{row['ConvertedOpportunityId']}"].append((key, None))
        for row in self.raw("raw_hubspot.deals"):
            closed = row["hs_is_closed"] == "true"
            won = row["hs_is_closed_won"] == "true"
            self._deal(f"hubspot:{row['hs_object_id']}", row["createdate"], closed, won, row["closedate"],
                       row["amount"], people)  # fmt: skip
        for row in self.raw('raw_salesforce."Opportunity"'):
            closed, won = row["IsClosed"] == "true", row["IsWon"] == "true"
            self._deal(f"salesforce:{row['Id']}", row["CreatedDate"], closed, won, row["CloseDate"],
                       row["Amount"], people)  # fmt: skip

    def _deal(
        self, key: str, created: str, closed: bool, won: bool, close: str, amount: str, people: Any
    ) -> None:
        opened, ended = _moment(created), _moment(close) if closed else None
        by_lead: dict[str, list[tuple[str, datetime | None]]] = defaultdict(list)
        for record, at in people[key]:
            by_lead[self.lead_of[record]].append((record, at))
        for lead, links in by_lead.items():
            joined = max(
                opened,
                min(self.records[record] for record, _ in links),
                min((at for _, at in links if at is not None), default=opened),
            )
            day_end = ended and max(ended, opened)
            self.enter_lead(lead, "opportunity", joined if joined < (day_end or _NOW) else opened)
            if won:
                self.stages[lead].add("won")
                assert ended is not None
                self.moments[lead]["won"] = min(ended, self.moments[lead].get("won", ended))
        self.deals.append(
            {"key": key, "won": won, "closed": ended, "amount": Fraction(amount or 0), "leads": set(by_lead)}
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    made = DbtWarehouse(tmp_path_factory.mktemp("home"))
    made.add_population(700, seed=2026)
    made.build()
    return made


@pytest.fixture(scope="module")
def leads(built: DbtWarehouse) -> _Leads:
    return _Leads(built)


def test_cohorts_agree_with_a_plain_computation(built: DbtWarehouse, leads: _Leads) -> None:
    days = {r["kpi_id"]: r["maturity_days"] for r in _csv(tables()["kpis.csv"])}
    wanted: Counter[tuple[str, str, str]] = Counter()
    for lead, created in leads.created.items():
        moments = {"lead": created, **leads.moments[lead]}
        for step, (start, end) in _STEPS.items():
            if start != "lead" and start not in leads.stages[lead]:
                continue
            at = moments.get(start)
            month = f"{at:%Y-%m}" if at else "undated"
            cohorts = [month]
            if at and _is_mature(at, int(days[step])):
                cohorts.append("mature")
            for cohort in cohorts:
                wanted[step, cohort, "in"] += 1
                wanted[step, cohort, "through"] += end in leads.stages[lead]
    found = built.rows(
        "select kpi_id, cohort, denominator_count, numerator_count from marts.rpt_funnel_cohorts where cut = 'all'"
    )
    assert {(k, c): (n, m) for k, c, n, m in found} == {
        (k, c): (n, wanted[k, c, "through"]) for (k, c, kind), n in wanted.items() if kind == "in"
    }
    assert {k for k, _, n, m in found if n > m > 0} == set(_STEPS)


def test_groups_that_share_no_lead_add_up_to_all(built: DbtWarehouse) -> None:
    sums = "sum(denominator_count), sum(numerator_count), sum(open_count)"
    for cut in ("source", "rep"):
        assert built.rows(
            f"select kpi_id, cohort, {sums} from marts.rpt_funnel_cohorts where cut = '{cut}' group by all order by all"
        ) == built.rows(
            f"select kpi_id, cohort, {sums} from marts.rpt_funnel_cohorts where cut = 'all' group by all order by all"
        )


def test_the_known_months_of_a_figure_are_its_figure(built: DbtWarehouse) -> None:
    whole = built.rows(
        "select kpi_id, numerator, denominator from marts.rpt_kpis where unit not in ('days', 'minutes')"
    )
    months: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for kpi, part, of, is_mature in built.rows(
        "select kpi_id, numerator, denominator, is_mature from marts.rpt_kpis_monthly"
    ):
        if is_mature:
            months[kpi] = [months[kpi][0] + part, months[kpi][1] + of]
    # leads and campaigns that are known one by one, in the middle of a month, count before their month does
    single = ("leads_answered", "cost_per_lead", "cost_per_mql", "cost_per_sql")
    compared = {kpi: (part, of) for kpi, part, of in whole if kpi in months and kpi not in single}
    assert len(compared) > 10
    assert compared == {kpi: pytest.approx(tuple(months[kpi])) for kpi in compared}
    overview = "select known_mql_to_sql_count, known_mql_count from marts.rpt_overview"
    assert built.rows(overview) == built.rows(
        "select numerator, denominator from marts.rpt_kpis where kpi_id = 'mql_to_sql'"
    )


def test_pipeline_is_of_what_began_with_an_mql(built: DbtWarehouse, leads: _Leads) -> None:
    won = sum(deal["amount"] for deal in leads.deals if deal["won"])
    ((found, qualified),) = built.rows(
        "select won_amount, qualified_won_amount from marts.rpt_pipeline where cut = 'all'"
    )
    assert Fraction(found) == won
    assert 0 < qualified <= found
    for cut in ("source", "rep"):
        assert built.rows(f"select sum(won_amount) from marts.rpt_pipeline where cut = '{cut}'") == [(found,)]


def test_revenue_is_shared_as_a_plain_computation_shares_it(built: DbtWarehouse, leads: _Leads) -> None:
    touches: dict[str, list[datetime]] = defaultdict(list)
    for lead, created in leads.created.items():
        touches[lead].append(created)
    answered: dict[tuple[str, str], datetime] = {}
    for row in leads.raw('raw_salesforce."CampaignMember"'):
        key = (
            f"salesforce:contacts:{row['ContactId']}"
            if row["ContactId"]
            else f"salesforce:leads:{row['LeadId']}"
        )
        if row["HasResponded"] == "true":
            at = max(_moment(row["FirstRespondedDate"]), _moment(row["CreatedDate"]))
            member = leads.lead_of[key], row["CampaignId"]
            answered[member] = min(at, answered.get(member, at))
    for (lead, _), at in answered.items():
        touches[lead].append(at)
    counts = {
        deal["key"]: sum(at <= deal["closed"] for lead in deal["leads"] for at in touches[lead])
        for deal in leads.deals
        if deal["won"]
    }
    amounts = {deal["key"]: deal["amount"] for deal in leads.deals if deal["won"]}
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *shares in built.rows(
        "select opportunity_id, first_amount, last_amount, linear_amount, position_amount "
        "from marts.fct_revenue_shares order by opportunity_id, touch_number"
    ):
        found[key].append(tuple(Fraction(share) for share in shares))
    assert {key: len(rows) for key, rows in found.items()} == {k: max(n, 1) for k, n in counts.items()}
    assert max(counts.values()) > 3
    for key, rows in found.items():
        for column in range(4):
            assert sum(row[column] for row in rows) == amounts[key]
        assert (rows[0][0], rows[-1][1]) == (amounts[key], amounts[key])
        for share, equal, placed in zip(rows, *_shares(amounts[key], len(rows)), strict=True):
            assert abs(share[2] - equal) <= Fraction(1, 100)
            assert abs(share[3] - placed) <= Fraction(1, 100)


def _shares(amount: Fraction, n: int) -> tuple[list[Fraction], list[Fraction]]:
    """What each of `n` touches gets when all get the same, and by position."""
    if n <= 2:
        return [amount / n] * n, [amount / n] * n
    between = [amount / 5 / (n - 2)] * (n - 2)
    return [amount / n] * n, [amount * 2 / 5, *between, amount * 2 / 5]


def _is_mature(at: datetime, days: int) -> bool:
    following = datetime(at.year + at.month // 12, at.month % 12 + 1, 1)
    return (_NOW - following).days >= days and following <= _NOW


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text.replace("Z", "+00:00").replace("+0000", "+00:00"))
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def _csv(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))


def test_what_a_crm_overwrites_and_who_leaves_a_segment_is_remembered(built: DbtWarehouse) -> None:
    """Last in the module: it changes records as people would, between two runs."""
    ((lead, contact),) = built.rows(
        "select lead_id, record_id from marts.dim_leads join marts.dim_crm_records using (lead_id) "
        "join marts.fct_lead_segments using (lead_id) where segment_id = 'revenue_leaders' and crm = 'hubspot' "
        "and lead_id not in (select lead_id from marts.dim_crm_records where crm = 'salesforce') "
        "and lifecycle_stage in ('mql', 'sal') order by all limit 1"
    )
    (before,) = built.rows(f"select mql_at, change_count from {_HISTORY.format(lead)}")
    at = NOW.replace(hour=18)
    built.execute(
        "update raw_hubspot.contacts set hs_lead_status = 'BAD_TIMING', lifecyclestage = 'lead', jobtitle = 'Nurse', "
        "hs_v2_date_entered_marketingqualifiedlead = null, hs_lifecyclestage_marketingqualifiedlead_date = null, "
        f"lastmodifieddate = '{at.isoformat()}' where hs_object_id = '{contact}'"
    )
    built.build(NOW.replace(hour=22))
    (after,) = built.rows(f"select mql_at, change_count from {_HISTORY.format(lead)}")
    assert after == (before[0], before[1] + 1)
    assert built.rows(
        "select stage, is_dated, is_backwards, reason_code, entered_at from marts.fct_lead_stage_changes "
        f"where lead_id = '{lead}' and left_at is null"
    ) == [("recycled", True, True, "bad_timing", at.replace(tzinfo=None))]
    assert built.rows(
        "select is_member, changed_at from marts.fct_lead_segment_changes "
        f"where lead_id = '{lead}' and segment_id = 'revenue_leaders' order by change_number"
    ) == [(True, _NOW), (False, _NOW.replace(hour=22))]
