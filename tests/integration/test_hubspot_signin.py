"""Signing in to HubSpot by OAuth: access tokens last half an hour, in the middle of whatever is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest

from leadwright import connectors, settings
from leadwright.connectors.base import Change
from leadwright.connectors.errors import AuthError
from tests.conftest import Sandbox

HALF_AN_HOUR = 1_800
TOKEN_CALL = "POST /oauth/v3/token"  # as the sandbox counts the dated path


@pytest.fixture(scope="module")
def crm(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox("--leads", "400", "--speed", "0", "--no-limits", "--control")


@pytest.fixture
def control(crm: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=crm["control"]["url"], trust_env=False) as client:
        client.delete("/requests")
        yield client
        client.delete("/faults")


def oauth(crm: Sandbox) -> dict[str, str]:
    names = ("url", "client_id", "client_secret", "refresh_token")
    return {name: crm["hubspot"][name] for name in names}


def half_an_hour_passes(control: httpx.Client, path: str, **when: Any) -> None:
    deed = {"call": "POST /clock", "body": {"advance": HALF_AN_HOUR + 1}}
    fault = {"crm": "hubspot", "kind": "do", "path": path, **deed, **when}
    control.post("/faults", json=fault).raise_for_status()


def sign_ins(control: httpx.Client) -> int:
    return int(control.get("/requests").json()["hubspot"].get(TOKEN_CALL, 0))


def contacts(connector: Any) -> list[str]:
    table = pa.Table.from_batches(list(connector.pull("contacts", ["email"], None)))
    return sorted(row["hs_object_id"] for row in table.to_pylist() if row["archived"] != "true")


def test_it_reads_what_a_service_key_reads(crm: Sandbox, control: httpx.Client) -> None:
    plain, signed = (connectors.connect("hubspot", each) for each in (crm.credentials("hubspot"), oauth(crm)))
    assert contacts(signed) == contacts(plain)
    findings = {finding.check: finding for finding in signed.check({"contacts": []}, {})}
    assert all(finding.ok for finding in findings.values())
    assert findings["HubSpot token"].detail.startswith("accepted, by OAuth")
    assert sign_ins(control) == 1


def test_a_token_ends_in_the_pages_of_a_read(crm: Sandbox, control: httpx.Client) -> None:
    whole = contacts(connectors.connect("hubspot", crm.credentials("hubspot")))
    half_an_hour_passes(control, "/objects/contacts", skip=1)
    half_an_hour_passes(control, "/objects/contacts", skip=4)
    assert contacts(connectors.connect("hubspot", oauth(crm))) == whole
    assert sign_ins(control) == 3


def test_a_token_ends_in_a_write(crm: Sandbox, control: httpx.Client) -> None:
    connector = connectors.connect("hubspot", oauth(crm))
    changes = [Change(i, {"city": "Bergen"}) for i in contacts(connector)[:250]]
    half_an_hour_passes(control, "batch/read", skip=1)
    half_an_hour_passes(control, "batch/update", skip=2)
    outcomes = list(connector.push("contacts", changes))
    assert [(o.record_id, o.status) for o in outcomes] == [(c.record_id, "accepted") for c in changes]
    assert sign_ins(control) == 3


@pytest.mark.parametrize("wrong", ["client_id", "client_secret", "refresh_token"])
def test_a_refused_sign_in_names_what_to_correct_and_shows_no_secret(crm: Sandbox, wrong: str) -> None:
    connector = connectors.connect("hubspot", {**oauth(crm), wrong: "sesame"})
    with pytest.raises(AuthError, match="LEADWRIGHT_HUBSPOT_CLIENT_ID") as caught:
        contacts(connector)
    said = f"{caught.value} {[finding for finding in connector.check({}, {}) if not finding.ok]}"
    assert not any(secret in said for secret in ("sesame", *list(oauth(crm).values())[2:]))


def test_a_token_that_is_refused_however_new_is_no_endless_loop(crm: Sandbox, control: httpx.Client) -> None:
    fault = {"crm": "hubspot", "kind": "expire", "path": "/objects/contacts", "times": None}
    control.post("/faults", json=fault).raise_for_status()
    with pytest.raises(AuthError, match="HubSpot refused the token"):
        contacts(connectors.connect("hubspot", oauth(crm)))
    assert sign_ins(control) == 2


def test_a_refresh_token_that_rotates_outlives_the_process(
    crm: Sandbox, control: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last test of the module: the sandbox's own refresh token is used up."""
    monkeypatch.setenv("LEADWRIGHT_HOME", str(tmp_path))
    for name, value in oauth(crm).items():
        monkeypatch.setenv(f"LEADWRIGHT_HUBSPOT_{name}".upper(), value)
    control.put("/hubspot/sessions", json={"rotate": True}).raise_for_status()
    assert len({settings.load().connect("hubspot").account() for _ in range(3)}) == 1
    assert settings.load().crms() == ["hubspot"]
