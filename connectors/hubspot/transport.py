"""Every call to HubSpot goes through here: the SDK talks; we add time limits, pace, retries and our errors.

Bodies are read raw: building the SDK's model objects costs several times the call itself, and its models drop
fields that are newer than the SDK.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import urllib3
from hubspot import Client

from connectors.errors import GarbledError
from connectors.hubspot import answers
from connectors.hubspot.answers import Json, Promise
from connectors.hubspot.errors import API_ERRORS, from_answer, from_network
from connectors.retry import TRIES, patiently

_TIMEOUT = (10.0, 60.0)  # seconds to connect, seconds between bytes
_SEARCH_SPACING = 0.25  # an account may search five times a second
_NEAR_LIMIT = 0.1


class Pace:
    """Slows down when HubSpot's own figures say that a limit is near; never otherwise."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._pause = 0.0
        self._search_spacing = 0.0
        self._next_search = 0.0

    def wait(self) -> None:
        """Wait before a call, if need be."""
        if self._pause:
            self._sleep(self._pause)

    def wait_to_search(self) -> None:
        """Wait before a search, if need be."""
        if self._search_spacing:
            self._sleep(max(0.0, self._next_search - time.monotonic()))
            self._next_search = time.monotonic() + self._search_spacing

    def note(self, headers: Mapping[str, str]) -> None:
        """Read the limits of an answer. Search answers carry none."""
        try:
            left = int(headers["X-HubSpot-RateLimit-Remaining"])
            most = int(headers["X-HubSpot-RateLimit-Max"])
            interval = int(headers.get("X-HubSpot-RateLimit-Interval-Milliseconds", "10000")) / 1000
        except (KeyError, ValueError):
            return
        self._pause = interval / most if most and left < most * _NEAR_LIMIT else 0.0

    def slow_searches(self) -> None:
        """From now on keep to the search limit, which no header tells."""
        self._search_spacing = _SEARCH_SPACING


class Transport:
    """The SDK's APIs, set up once, and the way to call them."""

    def __init__(self, url: str, token: str, *, tries: int = TRIES) -> None:
        crm = Client.create(access_token=token, host=url, retry=False).crm
        self.objects = crm.objects.basic_api
        self.batches = crm.objects.batch_api
        self.searches = crm.objects.search_api
        self.links = crm.associations.v4.batch_api
        self.owners = crm.owners.owners_api
        self.pipelines = crm.pipelines.pipelines_api
        self.properties = crm.properties.core_api
        self.property_groups = crm.properties.groups_api
        self.property_batches = crm.properties.batch_api
        for api in vars(self).values():
            api.api_client.set_default_header(
                "Accept-Encoding", "gzip"
            )  # a page of records shrinks to a tenth
        self.tries = tries
        self._url = url
        self._token = token
        self._pace = Pace()

    def call(self, what: str, method: Callable[..., Any], *args: Any, **options: Any) -> Json:
        """The JSON answer of an SDK `method` that writes. Every call made here may be repeated without harm.

        Raises:
            LeadwrightError: as `connectors.hubspot.errors` sorts them.
        """
        return self._ask(what, _object, lambda **more: method(*args, **options, **more))

    def read(
        self, what: str, promise: Promise, method: Callable[..., Any], *args: Any, **options: Any
    ) -> Json:
        """The JSON answer of an SDK `method` that reads, once it has the shape that `promise` names.

        Raises:
            UnavailableError: it had another shape each time.
            LeadwrightError: as `connectors.hubspot.errors` sorts them.
        """
        return self._ask(what, promise, lambda **more: method(*args, **options, **more))

    def search(self, object_name: str, body: Json, **options: Any) -> Any:
        """The SDK's method for a search of any object, at the pace that searches have of their own."""
        self._pace.wait_to_search()
        try:
            return self.searches.do_search(object_name, body, **options)
        except API_ERRORS as error:
            if getattr(error, "status", None) == 429:
                self._pace.slow_searches()
            raise

    def token_info(self) -> Json:
        """What HubSpot says about the token; the SDK has no method for it."""
        path = "/oauth/v2/private-apps/get/access-token-info"
        return self._bare("asking about the token", answers.token, "POST", path, {"tokenKey": self._token})

    def account(self) -> str:
        """The account's number; the SDK has no method for it."""
        said = self._bare("asking for the account", answers.account, "GET", "/account-info/v3/details")
        return str(said["portalId"])

    def probe(self, object_name: str) -> None:
        """Read as little as can be of `object_name`, to see whether it can be read."""
        if object_name == "owners":
            self.read("listing owners", answers.listing, self.owners.get_page, limit=1)
        elif object_name == "deal_stages":
            self.read("listing deal pipelines", answers.pipelines, self.pipelines.get_all, "deals")
        else:
            self.read(f"listing {object_name}", answers.records, self.objects.get_page, object_name, limit=1)

    def _bare(self, what: str, promise: Promise, method: str, path: str, body: Json | None = None) -> Json:
        """A call that the SDK has no method for, with the SDK's connection and token."""

        def ask(**options: Any) -> Any:
            return self.objects.api_client.call_api(
                path, method, body=body, auth_settings=["oauth2"], **options
            )

        return self._ask(what, promise, ask)

    def _ask(self, what: str, promise: Promise, send: Callable[..., Any]) -> Json:
        return patiently(lambda: promise(what, self._once(what, send)), tries=self.tries)

    def _once(self, what: str, send: Callable[..., Any]) -> object:
        self._pace.wait()
        try:
            answer = send(_preload_content=False, _request_timeout=_TIMEOUT)
            self._pace.note(answer.headers)
            text = answer.data
        except API_ERRORS as error:
            raise from_answer(what, error) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise from_network(what, error, self._url) from None
        except (AttributeError, UnicodeDecodeError) as error:
            raise _behind(what, error) from None
        return _parsed(what, text)


def _parsed(what: str, text: bytes) -> object:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        raise GarbledError(f"HubSpot's answer was cut off or is no JSON ({what}).") from None


def _object(_: str, answer: object) -> Json:
    """The answer to a write, which is judged row by row."""
    return answer if isinstance(answer, dict) else {}


def _behind(what: str, error: Exception) -> Exception:
    """The error that the SDK hid: it decodes the body of every failure, also where there is none or no text."""
    return from_answer(what, error.__context__) if isinstance(error.__context__, API_ERRORS) else error
