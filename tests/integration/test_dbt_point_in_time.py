"""What was known at a moment stays as it was, whatever happens later: features and scores, for any later events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from tests.dbt_warehouse import NOW, DbtWarehouse

_MOMENTS = (NOW - timedelta(days=200), NOW - timedelta(days=30), NOW - timedelta(days=3), NOW)
_LATER = NOW + timedelta(days=31)
_FEATURES = (
    "select as_of, lead_id, feature, text_value, number_value, decays_from from intermediate.int_features"
)
_SCORES = "select * exclude (is_current) from intermediate.int_scores"
_LINES = "select * from intermediate.int_score_contributions"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtWarehouse]:
    made = DbtWarehouse(tmp_path_factory.mktemp("home"))
    made.add_population(200, seed=11)
    made.build(NOW, _MOMENTS[:-1])
    yield made


def _known(built: DbtWarehouse) -> dict[str, list[tuple[Any, ...]]]:
    until = f"where as_of <= timestamp '{NOW:%Y-%m-%d %H:%M:%S}' order by all"
    return {query: built.rows(f"{query} {until}") for query in (_FEATURES, _SCORES, _LINES)}


def test_nothing_that_happens_later_changes_what_was_known(built: DbtWarehouse) -> None:
    before = _known(built)
    assert {row[0].date() for row in before[_FEATURES]} == {m.date() for m in _MOMENTS}
    now = built.rows("select feature, count(*) from intermediate.int_features where as_of = "
                     f"timestamp '{NOW:%Y-%m-%d %H:%M:%S}' group by 1 order by 1")  # fmt: skip
    for happen in (_write_and_call, _answer_campaigns, _overwrite_contacts, _edit_leads, _bring_colleagues):
        happen(built, Random(happen.__name__))
    built.build(_LATER, _MOMENTS)
    after = _known(built)
    for query, rows in before.items():
        assert after[query] == rows
    current = built.rows("select feature, count(*) from intermediate.int_features where as_of = "
                         f"timestamp '{_LATER:%Y-%m-%d %H:%M:%S}' group by 1 order by 1")  # fmt: skip
    assert current != now

    # The comparison does see late news about the past.
    ((contact,),) = built.rows(
        "select hubspot_contact_id from marts.dim_leads where has_hubspot and "
        f"created_at < timestamp '{_MOMENTS[0]:%Y-%m-%d}' order by 1 limit 1"
    )
    at = (NOW - timedelta(days=4)).isoformat()
    call = {"hs_object_id": "backdated", "hs_timestamp": at, "hs_call_direction": "INBOUND"}
    built.add("raw_hubspot", "calls", [call], at)
    built.add("raw_hubspot", "calls_to_contacts", [{"from_id": "backdated", "to_id": contact}], at)
    built.transform.build(select="+int_features", as_of=_LATER, moments=_MOMENTS)
    late = [row for row in built.rows(f"{_FEATURES} order by all") if row[2] == "call_received"]
    assert {row[0] for row in late} >= {m.replace(tzinfo=None) for m in _MOMENTS[2:]}
    assert late != [row for row in after[_FEATURES] if row[2] == "call_received"]


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
        "select distinct email_domain from intermediate.int_people where email_domain is not null"
    )
    rows = []
    for place, (domain,) in enumerate(sorted(known)):
        at = _later(rng)
        rows.append({"hs_object_id": f"9{place:08d}", "email": f"newcomer@{domain}", "createdate": at,
                     "recent_conversion_date": at, "recent_conversion_event_name": "Pricing"})  # fmt: skip
    built.add("raw_hubspot", "contacts", rows, _LATER.isoformat())
