"""Every call to HubSpot goes through here: the SDK talks; we add time limits, pace, retries and our errors.

Bodies are read raw: building the SDK's model objects costs several times the call itself, and its models drop
fields that are newer than the SDK.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson
import urllib3
from hubspot import Client

from leadwright.connectors.batches import moment_of
from leadwright.connectors.errors import GarbledError, LeadwrightError, RateLimitedError
from leadwright.connectors.hubspot import answers, pace, paths
from leadwright.connectors.hubspot.answers import Json, Promise
from leadwright.connectors.hubspot.errors import API_ERRORS, TokenRefusedError, from_answer, from_network
from leadwright.connectors.hubspot.signin import TOKEN_PATH, SignIn
from leadwright.connectors.pace import Window
from leadwright.connectors.retry import TRIES, patiently

_TIMEOUT = (10.0, 60.0)  # seconds to connect, seconds between bytes


class Transport:
    """The SDK's APIs, set up once, and the way to call them."""

    def __init__(self, url: str, sign_in: SignIn, *, tries: int = TRIES) -> None:
        crm = Client.create(host=url, retry=False).crm
        self.objects = crm.objects.basic_api
        self.batches = crm.objects.batch_api
        self.searches = crm.objects.search_api
        self.links = crm.associations.v4.batch_api
        self.owners = crm.owners.owners_api
        self.pipelines = crm.pipelines.pipelines_api
        self.properties = crm.properties.core_api
        self.property_groups = crm.properties.groups_api
        self.property_batches = crm.properties.batch_api
        self._apis = list(vars(self).values())
        for api in self._apis:
            api.api_client.set_default_header(
                "Accept-Encoding", "gzip"
            )  # a page of records shrinks to a tenth
            api.api_client = paths.Client(api.api_client, paths.of(url, sign_in.key))
        self.tries = tries
        self._url = url
        self._sign_in = sign_in
        self._pace = pace.of(url, sign_in.key)
        self._now: datetime | None = None

    @property
    def now(self) -> datetime | None:
        """What time it was in HubSpot, in whole seconds, when it last answered; None before."""
        return self._now

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

    def search(self, what: str, promise: Promise, object_name: str, body: Json) -> Json:
        """One page of a search, at the pace that searches have of their own."""

        def ask(**options: Any) -> Any:
            return self.searches.do_search(object_name, body, **options)

        return self._ask(what, promise, ask, self._pace.searches)

    def token_info(self) -> Json:
        """What HubSpot says about the token; the SDK has no method for it."""
        path = "/oauth/v2/private-apps/get/access-token-info"
        body = {"tokenKey": self._sign_in.token(self._ask_for_token)}
        return self.bare("asking about the token", answers.token, "POST", path, body)

    def account(self) -> str:
        """The account's number; the SDK has no method for it."""
        said = self.bare("asking for the account", answers.account, "GET", "/account-info/v3/details")
        self._pace.note_time_zone(said.get("timeZone"))
        return str(said["portalId"])

    def budget(self) -> tuple[float, int | None]:
        """Calls in a second that the account allows, and how many are left today where it has told."""
        self.account()  # a call whose answer tells both
        return self._pace.calls.most / self._pace.calls.seconds, self._pace.left_today

    def probe(self, object_name: str) -> None:
        """Read as little as can be of `object_name`, to see whether it can be read."""
        if object_name == "owners":
            self.read("listing owners", answers.listing, self.owners.get_page, limit=1)
        elif object_name == "deal_stages":
            self.read("listing deal pipelines", answers.pipelines, self.pipelines.get_all, "deals")
        else:
            self.read(f"listing {object_name}", answers.records, self.objects.get_page, object_name, limit=1)

    def bare(
        self, what: str, promise: Promise, method: str, path: str, body: Json | list[str] | None = None
    ) -> Json:
        """The answer to a call that the SDK has no method for, with the SDK's connection and token."""

        def ask(**options: Any) -> Any:
            return self.objects.api_client.call_api(
                path, method, body=body, auth_settings=["oauth2"], **options
            )

        return self._ask(what, promise, ask)

    def _ask(
        self, what: str, promise: Promise, send: Callable[..., Any], window: Window | None = None
    ) -> Json:
        limit = window or self._pace.calls
        return patiently(lambda: promise(what, self._signed_in(what, send, limit)), tries=self.tries)

    def _signed_in(self, what: str, send: Callable[..., Any], window: Window) -> object:
        """The answer to a call; an access token that HubSpot has ended is replaced once, and the call repeated."""
        token = self._carry(self._sign_in.token(self._ask_for_token))
        try:
            return self._once(what, send, window)
        except TokenRefusedError:
            if not self._sign_in.can_renew:
                raise
        self._carry(self._sign_in.token(self._ask_for_token, ended=token))
        return self._once(what, send, window)

    def _carry(self, token: str) -> str:
        for api in self._apis:
            api.api_client.configuration.access_token = token
        return token

    def _ask_for_token(self, form: Mapping[str, str]) -> Json:
        """The answer to a token request; the SDK knows only the older call."""

        def ask(**options: Any) -> Any:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            fields = list(form.items())
            client = self.objects.api_client
            return client.call_api(TOKEN_PATH, "POST", header_params=headers, post_params=fields, **options)

        return answers.access("signing in", self._once("signing in", ask, self._pace.calls))

    def _once(self, what: str, send: Callable[..., Any], window: Window) -> object:
        self._pace.require_calls_left()
        try:
            with window.place() as began:
                answer = send(_preload_content=False, _request_timeout=_TIMEOUT)
                self._pace.note(answer.headers, began)
                self._now = moment_of(answer.headers.get("Date")) or self._now
                text = answer.data
        except API_ERRORS as error:
            raise self._refused(what, error, window) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise from_network(what, error, self._url) from None
        except (AttributeError, UnicodeDecodeError) as error:
            raise self._behind(what, error, window) from None
        return _parsed(what, text)

    def _behind(self, what: str, error: Exception, window: Window) -> Exception:
        """The error that the SDK hid: it decodes the body of every failure, also where there is none or no text."""
        hidden = error.__context__
        return self._refused(what, hidden, window) if isinstance(hidden, API_ERRORS) else error

    def _refused(self, what: str, error: Any, window: Window) -> LeadwrightError:
        """The error for an answer that is no success. Where it is a limit, no other call is made before its time."""
        found = from_answer(what, error, window.seconds, self._pace.new_day)
        if isinstance(found, RateLimitedError) and found.after:
            window.close(found.after)
        return found


def _parsed(what: str, text: bytes) -> object:
    if not text:
        return None
    with suppress(
        ValueError
    ):  # it is stricter than JSON: half a character in one text is no reason to lose the rest
        return orjson.loads(text)
    try:
        return json.loads(text)
    except ValueError:
        raise GarbledError(f"HubSpot's answer was cut off or is no JSON ({what}).") from None


def _object(_: str, answer: object) -> Json:
    """The answer to a write, which is judged row by row."""
    return answer if isinstance(answer, dict) else {}
