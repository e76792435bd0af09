"""Which of HubSpot's paths are called: decided by the first call of a family that succeeds, and then kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hubspot.crm.objects import ApiException

from leadwright.connectors.hubspot.paths import VERSION, Client, Paths

OLDER = "/crm/v3/objects/{objectType}/batch/read"
DATED = f"/crm/objects/{VERSION}/{{objectType}}/batch/read"


class Service:
    """Answers a path with its own name, or with the status that is set for it."""

    def __init__(self, **statuses: int) -> None:
        self.asked: list[str] = []
        self.dated = statuses.get("dated", 200)
        self.older = statuses.get("older", 200)

    def call_api(self, path: str, *_: object, **__: object) -> str:
        self.asked.append(path)
        status = self.dated if VERSION in path else self.older
        if status != 200:
            raise ApiException(status=status, reason="no")
        return path


@pytest.mark.parametrize(
    ("path", "dated"),
    [
        ("/crm/v3/objects/{objectType}", f"/crm/objects/{VERSION}/{{objectType}}"),
        ("/crm/v3/objects/{objectType}/search", f"/crm/objects/{VERSION}/{{objectType}}/search"),
        ("/crm/v4/associations/{a}/{b}/batch/read", f"/crm/associations/{VERSION}/{{a}}/{{b}}/batch/read"),
        ("/crm/v3/lists/7/memberships/add", f"/crm/lists/{VERSION}/7/memberships/add"),
        ("/crm/v3/owners/", f"/crm/owners/{VERSION}"),
        ("/crm/v3/pipelines/{objectType}", f"/crm/pipelines/{VERSION}/{{objectType}}"),
        ("/crm/v3/properties/{objectType}/groups", f"/crm/properties/{VERSION}/{{objectType}}/groups"),
        ("/account-info/v3/details", f"/account-info/{VERSION}/details"),
        (
            "/oauth/v2/private-apps/get/access-token-info",
            "/oauth/v2/private-apps/get/access-token-info",
        ),
    ],
)
def test_dated_paths(path: str, dated: str) -> None:
    assert Paths().ask(path, lambda chosen: chosen) == dated


def test_what_the_first_success_shows_is_kept() -> None:
    paths = Paths()
    service = Service()
    client = Client(service, paths)
    assert client.call_api(OLDER, "POST") == DATED
    service.dated = 404  # a record that is not there
    with pytest.raises(ApiException):
        client.call_api(OLDER, "POST")
    assert service.asked == [DATED, DATED]


def test_an_account_without_dated_paths_is_asked_once() -> None:
    service = Service(dated=404)
    paths = Paths()
    assert [Client(service, paths).call_api(OLDER, "POST") for _ in range(3)] == [OLDER] * 3
    assert service.asked == [DATED, OLDER, OLDER, OLDER]


def test_families_are_told_apart() -> None:
    service = Service(dated=404)
    paths = Paths()
    paths.ask("/crm/v3/owners/", service.call_api)
    service.dated = 200
    assert paths.ask(OLDER, service.call_api) == DATED
    assert paths.ask("/crm/v3/owners/", service.call_api) == "/crm/v3/owners/"


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_another_refusal_decides_nothing(status: int) -> None:
    service = Service(dated=status)
    paths = Paths()
    with pytest.raises(ApiException):
        paths.ask(OLDER, service.call_api)
    assert service.asked == [DATED]
    service.dated = 404
    assert paths.ask(OLDER, service.call_api) == OLDER


def test_what_neither_path_has_is_refused_as_the_dated_one_refuses_it() -> None:
    paths, service = Paths(), Service(older=404)
    with pytest.raises(ApiException) as caught:
        paths.ask(OLDER, _refusing("of a record", service))
    assert caught.value.reason == "of a record"
    service.dated = 200
    assert paths.ask(OLDER, service.call_api) == DATED, "nothing was decided"


def _refusing(reason: str, service: Service) -> Callable[[str], str]:
    def send(path: str) -> str:
        if VERSION in path:
            raise ApiException(status=404, reason=reason)
        return service.call_api(path)

    return send


def test_a_refusal_whose_body_is_no_text_is_one_all_the_same() -> None:
    """The SDK decodes each refusal's body, and raises the error of that instead."""

    def send(path: str) -> str:
        if VERSION not in path:
            return path
        try:
            raise ApiException(status=404, reason="no")
        except ApiException:
            return b"\xff".decode()

    assert Paths().ask(OLDER, send) == OLDER
