"""Every call to Salesforce goes through here: the SDK talks; we add time limits, renewal, retries and our errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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

from connectors.errors import AuthError, ConfigError, GuardrailError, SchemaDriftError
from connectors.retry import TRIES, patiently
from connectors.salesforce.credentials import Credentials, log_in
from connectors.salesforce.errors import from_answer, from_login, from_network

T = TypeVar("T")

_TIMEOUT = (10.0, 120.0)  # seconds to connect, seconds between bytes; Salesforce itself stops a query at 120
_MOST_USED = 0.95
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


class Org:
    """One Salesforce org, logged in to at the first call."""

    def __init__(self, credentials: Credentials, *, tries: int = TRIES) -> None:
        self._credentials = credentials
        self._tries = tries
        self._salesforce: Salesforce | None = None
        self._session = requests.Session()
        self._session.mount("https://", _Wire(str(credentials.ca) if credentials.ca else None))
        self._session.hooks["response"].append(self._note_usage)
        self._used = (0, 0)

    @property
    def version(self) -> str | None:
        """The API version in use; None before the first call."""
        return self._salesforce.sf_version if self._salesforce else None

    @property
    def usage(self) -> tuple[int, int]:
        """Calls used in the last 24 hours and calls allowed, as last told; (0, 0) before."""
        return self._used

    def call(self, what: str, action: Callable[[Salesforce], T]) -> T:
        """What `action` returns, given the SDK. Every call made here may be repeated without harm.

        Raises:
            LeadwrightError: as `connectors.salesforce.errors` sorts them.
        """
        return patiently(lambda: self._once(what, action), tries=self._tries)

    def get(self, what: str, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON answer of a GET below the version's path."""
        return self.call(what, lambda sf: sf.restful(path, params=params))

    def describe(self, object_name: str) -> dict[str, dict[str, Any]]:
        """The fields of `object_name` that the API user sees, by name."""
        return self.described(object_name)[1]

    def described(self, object_name: str) -> tuple[bool, dict[str, dict[str, Any]]]:
        """Whether the API user may change records of `object_name`, and the fields that he sees, by name."""
        answer = self.get(f"describing {object_name}", f"sobjects/{object_name}/describe")
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

    def query(self, what: str, soql: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        """All rows of a small query."""
        return self.call(what, lambda sf: list(sf.query_all_iter(soql, include_deleted=deleted)))

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
            token, instance = _login(self._credentials, self._session)
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
            offered = [str(item["version"]) for item in answer.json()]
        except (ValueError, TypeError, KeyError):
            raise _not_salesforce(self._credentials) from None
        return max((one for one in offered if float(one) <= float(asked)), key=float, default=asked)

    def _note_usage(self, answer: requests.Response, *_: Any, **__: Any) -> None:
        if match := _USAGE.search(answer.headers.get("Sforce-Limit-Info", "")):
            self._used = (int(match[1]), int(match[2]))

    def _stop_near_limit(self) -> None:
        used, allowed = self._used
        if allowed and used >= allowed * _MOST_USED:
            raise GuardrailError(
                f"Salesforce has counted {used} of the {allowed} calls that the org may make in 24 hours. Leadwright "
                "stops here so that other programs can go on. Run again later, or raise the limit in Salesforce."
            )


def _login(credentials: Credentials, session: requests.Session) -> tuple[str, str]:
    try:
        return log_in(credentials, session)
    except (AttributeError, TypeError):
        raise _not_salesforce(credentials) from None


def _not_salesforce(credentials: Credentials) -> ConfigError:
    host = urlsplit(credentials.url).netloc
    return ConfigError(f"{host} does not answer as Salesforce does. Check LEADWRIGHT_SALESFORCE_URL.")
