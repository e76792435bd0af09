"""Every call to Salesforce goes through here: the SDK talks; we add time limits, renewal, retries and our errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceError,
    SalesforceExpiredSession,
)

from leadwright.connectors.batches import moment_of
from leadwright.connectors.errors import (
    AuthError,
    ConfigError,
    DailyLimitError,
    GarbledError,
    SchemaDriftError,
    UnavailableError,
)
from leadwright.connectors.retry import TRIES, patiently
from leadwright.connectors.salesforce import answers, soql
from leadwright.connectors.salesforce.answers import Promise, garbled
from leadwright.connectors.salesforce.credentials import Credentials, log_in
from leadwright.connectors.salesforce.errors import from_answer, from_login, from_network
from leadwright.connectors.tokens import InMemory, TokenKeeper

T = TypeVar("T")

_TIMEOUT = (10.0, 120.0)  # seconds to connect, seconds between bytes; Salesforce itself stops a query at 120
_MOST_USED = 0.95
SDK_STUMBLES = (AttributeError, LookupError, TypeError, ValueError)
"""What simple-salesforce raises where an answer has no body or lacks a header that it looks for."""

_USAGE = re.compile(r"(?:^|[\s;,])api-usage=(\d+)/(\d+)")


class _Wire(HTTPAdapter):
    """Sets what simple-salesforce leaves open.

    The certificate authority is set here because an environment variable (REQUESTS_CA_BUNDLE) would win over the
    session's own.
    """

    def __init__(self, ca: str | None) -> None:
        super().__init__()
        self._ca = ca

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        return super().send(
            request,
            stream=stream,
            timeout=timeout or _TIMEOUT,
            verify=self._ca or verify,
            cert=cert,
            proxies=proxies,
        )


class Transport:
    """One Salesforce org, logged in to at the first call."""

    def __init__(
        self, credentials: Credentials, tokens: TokenKeeper | None = None, *, tries: int = TRIES
    ) -> None:
        self._credentials = credentials
        self._tokens = tokens or InMemory()
        self._tries = tries
        self._salesforce: Salesforce | None = None
        self._session = requests.Session()
        self._session.mount("https://", _Wire(str(credentials.ca) if credentials.ca else None))
        self._session.hooks["response"].append(self._note_usage)
        self._used = (0, 0)
        self._now: datetime | None = None

    @property
    def now(self) -> datetime | None:
        """What time it was in Salesforce, in whole seconds, when it last answered; None before."""
        return self._now

    @property
    def version(self) -> str | None:
        """The API version in use; None before the first call."""
        return self._salesforce.sf_version if self._salesforce else None

    @property
    def usage(self) -> tuple[int, int]:
        """Calls used in the last 24 hours and calls allowed, as last told; (0, 0) before."""
        return self._used

    def call(self, what: str, action: Callable[[Salesforce], T]) -> T:
        """What `action`, which writes, returns, given the SDK. Every call made here may be repeated without harm.

        Raises:
            LeadwrightError: as `connectors.salesforce.errors` sorts them.
        """
        return patiently(lambda: self._once(what, action), tries=self._tries)

    def read(self, what: str, promise: Promise[T], action: Callable[[Salesforce], Any]) -> T:
        """What `promise` finds in the answer that `action` gets, once the answer has the promised shape.

        Raises:
            UnavailableError: it had another shape each time.
            LeadwrightError: as `connectors.salesforce.errors` sorts them.
        """

        def ask(sf: Salesforce) -> Any:
            try:
                return action(sf)
            except SDK_STUMBLES as error:
                raise garbled(what, f"the SDK cannot read it: {type(error).__name__}") from None

        return patiently(lambda: promise(what, self._once(what, ask)), tries=self._tries)

    def get(self, what: str, promise: Promise[T], path: str, params: Mapping[str, str] | None = None) -> T:
        """What `promise` finds in the answer to a GET below the version's path."""
        return self.read(what, promise, lambda sf: sf.restful(path, params=params))

    def rows(self, what: str, text: str, *, deleted: bool = False) -> Iterator[dict[str, Any]]:
        """The rows of a query."""
        for page in self.pages(what, text, deleted=deleted):
            yield from page["records"]

    def pages(self, what: str, text: str, *, deleted: bool = False) -> Iterator[dict[str, Any]]:
        """The pages of a query, with as many rows as the first one promises in `totalSize`."""
        promise = answers.page(soql.selected(text))
        page = self.read(what, promise, lambda sf: sf.query(text, include_deleted=deleted))
        promised, sent = page["totalSize"], 0
        places: list[str] = []
        while True:
            sent += len(page["records"])
            yield page
            if page["done"]:
                break
            if page["nextRecordsUrl"] in places:
                raise answers.repeated(what)
            places.append(page["nextRecordsUrl"])
            page = self.read(what, promise, _more(places[-1]))
        if sent != promised:
            raise garbled(what, f"{promised} rows promised and {sent} sent")

    def send(self, what: str, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Any:
        """The JSON answer of a call that changes records, below the version's path; None where it is empty.

        Raises:
            GarbledError: the answer is cut off or no list or object; what was stored is not known.
            LeadwrightError: as for `call`.
        """
        return self.call(what, lambda sf: _asked(sf, what, method, path, body, headers))

    def send_once(self, what: str, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Any:
        """The same as `send` for a call that must not be repeated blindly: it is made once.

        Raises:
            RetryableError: what became of it is not known.
            LeadwrightError: as for `call`.
        """
        return self._once(what, lambda sf: _asked(sf, what, method, path, body, headers))

    def describe(self, object_name: str) -> dict[str, dict[str, Any]]:
        """The fields of `object_name` that the API user sees, by name."""
        return self.described(object_name)[1]

    def described(self, object_name: str) -> tuple[bool, dict[str, dict[str, Any]]]:
        """Whether the API user may change records of `object_name`, and the fields that he sees, by name."""
        what = f"describing {object_name}"
        answer = self.get(what, answers.fields, f"sobjects/{object_name}/describe")
        return bool(answer.get("updateable", True)), {field["name"]: field for field in answer["fields"]}

    def account(self) -> str:
        """The org's id."""
        try:
            found = self.query("asking for the org", "SELECT Id FROM Organization")
        except SchemaDriftError:  # an object that a user may not read looks like one that is not there
            found = []
        if not found:
            raise AuthError(
                "Salesforce does not show the API user which org it is. Give him the permission 'View Setup and "
                "Configuration'.",
                missing=("View Setup and Configuration",),
            )
        return str(found[0]["Id"])

    def query(self, what: str, text: str) -> list[dict[str, Any]]:
        """All rows of a small query."""
        return list(self.rows(what, text))

    def _once(self, what: str, action: Callable[[Salesforce], T]) -> T:
        self._stop_near_limit()
        try:
            try:
                return action(self._connected())
            except SalesforceExpiredSession:
                # The SDK renews only REST calls, never Bulk 2.0, and repeats them without their extra headers.
                if not self._credentials.can_renew:
                    raise
                self._salesforce = None
                return action(self._connected())
        except SalesforceAuthenticationFailed as error:
            raise from_login(error) from None
        except SalesforceError as error:
            raise from_answer(what, error) from None
        except requests.exceptions.RequestException as error:
            raise from_network(what, error, self._credentials.url) from None

    def _connected(self) -> Salesforce:
        if self._salesforce is None:
            token, instance = _login(self._credentials, self._session, self._tokens)
            self._salesforce = Salesforce(
                session_id=token,
                instance_url=f"https://{instance}",
                version=self._offered_version(),
                session=self._session,
                parse_float=str,  # numbers stay as Salesforce spells them
                object_pairs_hook=None,
            )
        return self._salesforce

    def _offered_version(self) -> str:
        """The version asked for, or the newest that the org offers where it is older."""
        asked = self._credentials.api_version
        answer = self._session.get(f"{self._credentials.url}/services/data")
        if answer.status_code != 200:
            return asked
        try:
            offered = answers.versions("asking for API versions", answer.json())
        except (ValueError, UnavailableError):
            raise _not_salesforce(self._credentials) from None
        return max((one for one in offered if float(one) <= float(asked)), key=float, default=asked)

    def _note_usage(self, answer: requests.Response, *_: Any, **__: Any) -> None:
        self._now = moment_of(answer.headers.get("Date")) or self._now
        if match := _USAGE.search(answer.headers.get("Sforce-Limit-Info", "")):
            self._used = (int(match[1]), int(match[2]))

    def _stop_near_limit(self) -> None:
        used, allowed = self._used
        if allowed and used >= allowed * _MOST_USED:
            raise DailyLimitError(
                f"Salesforce has counted {used} of the {allowed} calls that the org may make in 24 hours. Leadwright "
                "stops here so that other programs can go on. Each call is forgotten after 24 hours, so some become "
                "free every hour; run again then, or raise the limit in Salesforce."
            )


def _asked(sf: Salesforce, what: str, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Any:
    try:
        return sf.restful(path, method=method, json=body, headers=dict(headers))
    except TypeError:  # the SDK takes the length of whatever came, and null has none
        raise GarbledError(f"Salesforce's answer is no list or object ({what}).") from None


def _more(place: str) -> Callable[[Salesforce], Any]:
    return lambda sf: sf.query_more(place, identifier_is_url=True)


def _login(credentials: Credentials, session: requests.Session, tokens: TokenKeeper) -> tuple[str, str]:
    try:
        return log_in(credentials, session, tokens)
    except (AttributeError, TypeError):
        raise _not_salesforce(credentials) from None


def _not_salesforce(credentials: Credentials) -> ConfigError:
    host = urlsplit(credentials.url).netloc
    return ConfigError(f"{host} does not answer as Salesforce does. Check LEADWRIGHT_SALESFORCE_URL.")
