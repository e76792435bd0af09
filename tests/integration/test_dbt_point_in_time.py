"""What was known at a moment stays as it was, whatever happens later: features and scores, for any later events."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt_warehouse import NOW, DbtWarehouse

_MOMENTS = (NOW - timedelta(days=200), NOW - timedelta(days=30), NOW - timedelta(days=3), NOW)
_LATER = NOW + timedelta(days=31)
_FEATURES = (
    "select as_of, lead_id, feature, text_value, number_value, decays_from from "
    "intermediate.int_scoring__features"
)
_SCORES = "select * exclude (is_current) from intermediate.int_scoring__scores"
_LINES = "select * from intermediate.int_scoring__contributions"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtWarehouse]:
    made = DbtWarehouse(tmp_path_factory.mktemp("home"))
    made.add_population(200, seed=11)
    made.build(NOW, _MOMENTS[:-1])
    yield made


def _known(built: DbtWarehouse, joined: set[str]) -> dict[str, list[tuple[Any, ...]]]:
    """What is known as of each of the moments of all leads but those `joined`; a lead's own moment is computed once."""
    moments = ", ".join(f"timestamp '{moment:%Y-%m-%d %H:%M:%S}'" for moment in _MOMENTS)
    asked = f"where as_of in ({moments}) order by all"
    return {
        query: [row for row in built.rows(f"{query} {asked}") if not joined & {str(row[0]), str(row[1])}]
        for query in (_FEATURES, _SCORES, _LINES)
    }


def _after(built: DbtWarehouse, home: Path, kinds: Sequence[str], seed: int) -> DbtWarehouse:
    """A copy in which things of these kinds have happened by a later run, of which nothing was known before."""
    shutil.copytree(built.settings.home, home)
    later = DbtWarehouse(home, like=built)
    joined: set[str] = set()
    for kind in kinds:
        joined |= _KINDS[kind](later, Random(f"{kind}{seed}")) or set()
    before = _known(built, joined)
    assert {row[0].date() for row in before[_FEATURES]} == {m.date() for m in _MOMENTS}
    later.transform.build(select="+int_scoring__scores", as_of=_LATER, moments=_MOMENTS, tests=False)
    after = _known(later, joined)
    for query, rows in before.items():
        assert after[query] == rows, kinds
    return later


def test_nothing_that_happens_later_changes_what_was_known(built: DbtWarehouse, tmp_path: Path) -> None:
    later = _after(built, tmp_path / "later", list(_KINDS), 1)
    counts = (
        "select feature, count(*) from intermediate.int_scoring__features "
        "where as_of = timestamp '{}' group by 1 order by 1"
    )
    assert later.rows(counts.format(f"{_LATER:%Y-%m-%d %H:%M:%S}")) != built.rows(
        counts.format(f"{NOW:%Y-%m-%d %H:%M:%S}")
    )
    for log in ("log_engagement_withdrawals", "log_touch_withdrawals", "log_lead_account_choices"):
        counted = f"select count(*) from memory.{log}"
        assert later.rows(counted) > built.rows(counted), "something of each kind went or moved"

    # The comparison does see late news about the past.
    ((contact,),) = built.rows(
        "select record_id from marts.dim_crm_records join marts.dim_leads using (lead_id) "
        "where crm = 'hubspot' and not is_deleted and "
        f"created_at < timestamp '{_MOMENTS[0]:%Y-%m-%d}' order by 1 limit 1"
    )
    after = [row for row in later.rows(f"{_FEATURES} order by all") if row[2] == "call_received"]
    at = (NOW - timedelta(days=4)).isoformat()
    call = {"hs_object_id": "backdated", "hs_timestamp": at, "hs_call_direction": "INBOUND"}
    later.add("raw_hubspot", "calls", [call], at)
    later.add("raw_hubspot", "calls_to_contacts", [{"from_id": "backdated", "to_id": contact}], at)
    later.transform.build(select="+int_scoring__features", as_of=_LATER, moments=_MOMENTS, tests=False)
    late = [row for row in later.rows(f"{_FEATURES} order by all") if row[2] == "call_received"]
    assert {row[0] for row in late} >= {m.replace(tzinfo=None) for m in _MOMENTS[2:]}
    assert late != after


def test_nor_does_anything_of_any_kinds(
    built: DbtWarehouse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @settings(
        max_examples=3,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(st.sampled_from(sorted(_KINDS)), unique=True, min_size=2, max_size=4), st.integers(2, 999)
    )
    def happen(kinds: list[str], seed: int) -> None:
        _after(built, tmp_path_factory.mktemp("later") / "home", kinds, seed)

    happen()


def test_a_fresh_install_tells_of_the_past_what_an_earlier_one_would(
    built: DbtWarehouse, tmp_path: Path
) -> None:
    """Nothing that a CRM overwrites, that was written down late or that a conversion made reaches back."""
    later = DbtWarehouse(tmp_path, like=built)
    later.add_population(200, seed=11)
    rng = Random(5)
    for happen in (_come_back, _write_and_call, _write_down_late, _answer_campaigns):
        happen(later, rng)
    _convert_leads(later, rng, _convertible(built))
    later.transform.build(select="+int_scoring__scores", as_of=_LATER, moments=_MOMENTS, tests=False)
    moments = ", ".join(f"timestamp '{moment:%Y-%m-%d %H:%M:%S}'" for moment in _MOMENTS[:-1])
    for table in ("int_scoring__features", "int_scoring__contributions"):
        # a lead of another install has another id
        query = (
            f"select email_key, told.* exclude (lead_id) from intermediate.{table} as told "
            "join intermediate.int_identity__people using (lead_id) where email_key is not null and as_of in "
            f"({moments}) order by all"
        )
        told = built.rows(query)
        assert len(told) > 1000
        assert later.rows(query) == told
    # A moment that a promise is made for knows what its run knows; those that are asked for do not.
    counted = built.rows(
        "select distinct feature, as_of from intermediate.int_scoring__features where "
        f"feature in ('website_visited', 'email_clicked', 'email_opened') and (as_of in ({moments}) "
        f"or as_of = timestamp '{NOW:%Y-%m-%d %H:%M:%S}')"
    )
    assert len(counted) == 3, "they count for the score of now"
    assert {as_of for _, as_of in counted} == {NOW.replace(tzinfo=None)}, (
        "nobody can tell who had visited before"
    )


def _later(rng: Random) -> str:
    return (NOW + timedelta(seconds=rng.randrange(1, 30 * 86400))).isoformat()


def _contacts(built: DbtWarehouse) -> list[str]:
    return [r for (r,) in built.rows("select hs_object_id from raw_hubspot.contacts order by 1")]


def _leads(built: DbtWarehouse) -> list[str]:
    return [r for (r,) in built.rows('select "Id" from raw_salesforce."Lead" order by 1')]


def _write_and_call(built: DbtWarehouse, rng: Random) -> None:
    """E-mails, calls, meetings and tasks in both directions and both CRMs."""
    owner = built.rows("select id from raw_hubspot.owners order by 1 limit 1")[0][0]
    kinds: dict[str, Callable[[str], dict[str, object]]] = {
        "emails": lambda at: {"hs_email_direction": rng.choice(("EMAIL", "INCOMING_EMAIL")),
                              "hs_email_subject": rng.choice(("Hello", "Automatic reply"))},
        "calls": lambda at: {"hs_call_direction": rng.choice(("INBOUND", "OUTBOUND"))},
        "meetings": lambda at: {"hs_createdate": at, "hs_meeting_start_time": at},
        "tasks": lambda at: {"hs_createdate": at, "hs_task_completion_date": at, "hs_task_type": "CALL",
                             "hs_task_status": "COMPLETED"},
    }  # fmt: skip
    for name, fields in kinds.items():
        rows, links = [], []
        for place, contact in enumerate(_contacts(built)):
            if rng.random() < 0.5:
                at = _later(rng)
                row = {"hs_object_id": f"late{place}", "hs_timestamp": at, "hubspot_owner_id": owner}
                rows.append(row | fields(at))
                links.append({"from_id": f"late{place}", "to_id": contact})
        built.add("raw_hubspot", name, rows, _LATER.isoformat())
        built.add("raw_hubspot", f"{name}_to_contacts", links, _LATER.isoformat())
    for table, extra in (("Task", {"TaskSubtype": "Email", "IsClosed": "true"}), ("Event", {})):
        built.add(
            "raw_salesforce",
            table,
            (
                {"Id": f"late{place}", "WhoId": lead, "CreatedDate": at, "StartDateTime": at,
                 "Subject": rng.choice(("Re: Offer", "Offer")), **extra}
                for place, lead in enumerate(_leads(built))
                for at in [_later(rng)]
            ),
            _LATER.isoformat(),
        )  # fmt: skip


def _answer_campaigns(built: DbtWarehouse, rng: Random) -> None:
    """New members of any campaign, all of whom respond."""
    campaigns = [r for (r,) in built.rows('select "Id" from raw_salesforce."Campaign" order by 1')]
    built.add(
        "raw_salesforce",
        "CampaignMember",
        (
            {"Id": f"late{place}", "CampaignId": rng.choice(campaigns), "LeadId": lead, "HasResponded": "true",
             "CreatedDate": at, "FirstRespondedDate": at[:10]}
            for place, lead in enumerate(_leads(built))
            for at in [_later(rng)]
        ),
        _LATER.isoformat(),
    )  # fmt: skip


def _overwrite_contacts(built: DbtWarehouse, rng: Random) -> None:
    """What HubSpot overwrites, as it does when people come back, unsubscribe or change jobs."""
    statements = []
    for contact in _contacts(built):
        at = _later(rng)
        sets = rng.sample(
            [
                f"recent_conversion_date = '{at}', recent_conversion_event_name = 'Demo request'",
                f"hs_analytics_last_visit_timestamp = '{at}', hs_analytics_num_visits = '99'",
                f"hs_email_last_click_date = '{at}', hs_email_click = '2'",
                f"hs_email_last_reply_date = '{at}'",
                "hs_email_optout = 'true'",
                "hs_email_bounce = '1'",
                f"jobtitle = '{rng.choice(('Vice President Sales', 'Student'))}', country = 'Norway'",
                "numemployees = '5000', industry = 'Software', phone = null",
            ],
            4,
        )
        statements.append(
            f"update raw_hubspot.contacts set {', '.join(sets)} where hs_object_id = '{contact}'"
        )
    built.execute("; ".join(statements))


def _come_back(built: DbtWarehouse, rng: Random) -> None:
    """A part of the contacts visit, open, click, answer and send a form once more: HubSpot shows the latest only."""
    statements = []
    for contact in _contacts(built):
        at = _later(rng)
        sets = [
            f"recent_conversion_date = '{at}', recent_conversion_event_name = 'Demo request'",
            f"hs_analytics_last_visit_timestamp = '{at}', hs_analytics_num_visits = '99'",
            f"hs_email_last_open_date = '{at}', hs_email_open = '2'",
            f"hs_email_last_click_date = '{at}', hs_email_click = '2'",
            f"hs_email_last_reply_date = '{at}'",
            f"hs_sales_email_last_replied = '{at}'",
        ]
        chosen = ", ".join(rng.sample(sets, rng.randrange(len(sets) + 1)))
        if chosen:
            statements.append(f"update raw_hubspot.contacts set {chosen} where hs_object_id = '{contact}'")
    built.execute("; ".join(statements))


def _write_down_late(built: DbtWarehouse, rng: Random) -> None:
    """Calls, e-mails and meetings of long ago that nobody had written down."""
    owner = built.rows("select id from raw_hubspot.owners order by 1 limit 1")[0][0]
    kinds: dict[str, dict[str, object]] = {
        "emails": {"hs_email_direction": "INCOMING_EMAIL", "hs_email_subject": "Hello"},
        "calls": {"hs_call_direction": "INBOUND"},
        "meetings": {},
    }
    for name, fields in kinds.items():
        rows, links = [], []
        for place, contact in enumerate(_contacts(built)[::2]):
            at = (NOW - timedelta(days=rng.randrange(1, 300))).isoformat()
            row = {"hs_object_id": f"backdated{place}", "hs_timestamp": at, "hs_meeting_start_time": at,
                   "hs_createdate": _later(rng), "hubspot_owner_id": owner}  # fmt: skip
            rows.append(row | fields)
            links.append({"from_id": f"backdated{place}", "to_id": contact})
        built.add("raw_hubspot", name, rows, _LATER.isoformat())
        built.add("raw_hubspot", f"{name}_to_contacts", links, _LATER.isoformat())
    built.add(
        "raw_salesforce",
        "Task",
        (
            {"Id": f"backdated{place}", "WhoId": lead, "CreatedDate": _later(rng), "TaskSubtype": "Email",
             "CompletedDateTime": (NOW - timedelta(days=rng.randrange(1, 300))).isoformat(), "IsClosed": "true",
             "Subject": "Re: Offer"}
            for place, lead in enumerate(_leads(built)[::2])
        ),
        _LATER.isoformat(),
    )  # fmt: skip


def _edit_leads(built: DbtWarehouse, rng: Random) -> None:
    """Corrections and bounces in Salesforce."""
    statements = []
    for lead in _leads(built):
        sets = rng.sample(
            ["\"Title\" = 'Chief Revenue Officer'", "\"HasOptedOutOfEmail\" = 'true'",
             f"\"EmailBouncedDate\" = '{_later(rng)}'", "\"NumberOfEmployees\" = '7'", '"Industry" = null'],
            2,
        )  # fmt: skip
        statements.append(f"""update raw_salesforce."Lead" set {", ".join(sets)} where "Id" = '{lead}'""")
    built.execute("; ".join(statements))


def _bring_colleagues(built: DbtWarehouse, rng: Random) -> None:
    """New people of known companies, who were active on the day they came."""
    known = built.rows(
        "select distinct email_domain from intermediate.int_identity__people where email_domain is not null"
    )
    rows = []
    for place, (domain,) in enumerate(sorted(known)):
        at = _later(rng)
        rows.append({"hs_object_id": f"9{place:08d}", "email": f"newcomer@{domain}", "createdate": at,
                     "recent_conversion_date": at, "recent_conversion_event_name": "Pricing"})  # fmt: skip
    built.add("raw_hubspot", "contacts", rows, _LATER.isoformat())


def _convertible(built: DbtWarehouse) -> list[tuple[Any, ...]]:
    """Id, address and names of some Salesforce leads that are no contacts yet."""
    return built.rows(
        """
        select raw."Id", raw."Email", raw."FirstName", raw."LastName" from raw_salesforce."Lead" raw
        join marts.dim_crm_records r on r.record_id = raw."Id"
        join marts.dim_leads l on l.lead_id = r.lead_id
        where coalesce("IsConverted", 'false') = 'false' and l.lead_id not in (
            select lead_id from marts.dim_crm_records
            where crm = 'salesforce' and object = 'contacts' and not is_deleted
        )
        order by l.account_id is not null, raw."Id" limit 30
        """
    )


def _convert_leads(built: DbtWarehouse, rng: Random, rows: list[tuple[Any, ...]] | None = None) -> None:
    """Leads without a company become contacts of one, as a conversion makes them."""
    accounts = [r for (r,) in built.rows('select "Id" from raw_salesforce."Account" order by 1')]
    statements, contacts = [], []
    for place, (lead, email, first, last) in enumerate(rows or _convertible(built)):
        contact, account, at = f"003late{place}", rng.choice(accounts), _later(rng)
        statements.append(
            f"""update raw_salesforce."Lead" set "IsConverted" = 'true', "ConvertedDate" = '{at[:10]}', """
            f""""ConvertedContactId" = '{contact}', "ConvertedAccountId" = '{account}' where "Id" = '{lead}'"""
        )
        contacts.append(
            {"Id": contact, "Email": email, "FirstName": first, "LastName": last, "AccountId": account,
             "CreatedDate": at, "IsDeleted": "false"}
        )  # fmt: skip
    built.execute("; ".join(statements))
    built.add("raw_salesforce", "Contact", contacts, _LATER.isoformat())


def _delete_activities(built: DbtWarehouse, rng: Random) -> None:
    """A third of what was written down in either CRM is deleted, replies, calls and campaign members among it."""
    share = f"hash({{}} || '{rng.random()}') % 3 = 0"
    statements = [
        f"update raw_hubspot.{table} set archived = 'true' where {share.format('hs_object_id')}"
        for table in ("emails", "calls", "meetings", "tasks")
    ]
    statements += [
        f"""update raw_salesforce."{table}" set "IsDeleted" = 'true' where {share.format('"Id"')}"""
        for table in ("Task", "Event", "CampaignMember")
    ]
    built.execute("; ".join(statements))


def _put_off_meetings(built: DbtWarehouse, rng: Random) -> None:
    """Meetings that runs have seen are moved to later, to earlier, or not held after all."""
    statements = []
    known = "select hs_object_id from raw_hubspot.meetings where hs_object_id not like 'late%' order by 1"
    for (meeting,) in built.rows(known):
        at = rng.choice((_later(rng), (NOW - timedelta(days=rng.randrange(1, 300))).isoformat()))
        change = rng.choice((f"hs_meeting_start_time = '{at}'", "hs_meeting_outcome = 'NO_SHOW'"))
        statements.append(f"update raw_hubspot.meetings set {change} where hs_object_id = '{meeting}'")
    for (event,) in built.rows('select "Id" from raw_salesforce."Event" order by 1'):
        statements.append(
            f"""update raw_salesforce."Event" set "StartDateTime" = '{_later(rng)}' where "Id" = '{event}'"""
        )
    built.execute("; ".join(statements))


def _merge_contacts(built: DbtWarehouse, rng: Random) -> set[str]:
    """Two contacts are merged. They were one person all the time, so the past of both and of their colleagues moves."""
    contacts = built.rows(
        "select min(record_id), lead_id from marts.dim_crm_records where crm = 'hubspot' and not is_deleted "
        "group by lead_id order by all"
    )
    (winner, kept), (loser, gone) = rng.sample(contacts, 2)
    built.execute(
        f"update raw_hubspot.contacts set archived = 'true' where hs_object_id = '{loser}'; "
        f"update raw_hubspot.contacts set hs_merged_object_ids = '{loser}' where hs_object_id = '{winner}'"
    )
    named = f"'{kept}', '{gone}'"
    rows = built.rows(
        "select lead_id from intermediate.int_accounts__lead_versions where account_id in (select account_id "
        f"from intermediate.int_accounts__lead_versions where lead_id in ({named})) or lead_id in ({named})"
    )
    return {lead_id for (lead_id,) in rows}


_KINDS: dict[str, Callable[[DbtWarehouse, Random], set[str] | None]] = {
    "write and call": _write_and_call,
    "write down late": _write_down_late,
    "answer campaigns": _answer_campaigns,
    "overwrite contacts": _overwrite_contacts,
    "edit leads": _edit_leads,
    "bring colleagues": _bring_colleagues,
    "convert leads": _convert_leads,
    "delete activities": _delete_activities,
    "put off meetings": _put_off_meetings,
    "merge contacts": _merge_contacts,
}
