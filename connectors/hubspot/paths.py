"""Which paths HubSpot is called at: dated ones (`/crm/objects/2026-09/contacts`), or those of v3 and v4.

v3 and v4 end in 2027, and the SDK knows no others. It goes on naming its calls by them; here, on their way out, they
get their dated path. An installation that does not have it yet answers 404 and is called by the older path.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

VERSION = "2026-09"
"""The version that is called. From this one on HubSpot also holds writes to the validation rules of admins."""

# The older path of each family of calls that we make, and the dated one.
_FAMILIES = {
    "/crm/v3/objects": f"/crm/objects/{VERSION}",
    "/crm/v4/associations": f"/crm/associations/{VERSION}",
    "/crm/v3/lists": f"/crm/lists/{VERSION}",
    "/crm/v3/owners": f"/crm/owners/{VERSION}",
    "/crm/v3/pipelines": f"/crm/pipelines/{VERSION}",
    "/crm/v3/properties": f"/crm/properties/{VERSION}",
    "/account-info/v3": f"/account-info/{VERSION}",
}
# UNVERIFIED: that /oauth/v2/private-apps/… outlives v3. No dated path of it is known, and who asks for a token's scopes
# takes a 404 for an answer.

_log = logging.getLogger(__name__)


class Paths:
    """What one account answers to, family by family: the first call of each that succeeds decides for the process."""

    def __init__(self) -> None:
        self._is_dated: dict[str, bool] = {}

    def ask(self, path: str, send: Callable[[str], Any]) -> Any:
        """The answer of `send` for `path`, which is given as the SDK spells it."""
        family = next((older for older in _FAMILIES if path.startswith(f"{older}/")), None)
        if family is None or self._is_dated.get(family) is False:
            return send(path)
        dated = _FAMILIES[family] + path.removeprefix(family).rstrip("/")
        try:
            answer = send(dated)
        except Exception as error:
            if family in self._is_dated or _status(error) != 404:
                raise
            answer = self._ask_older(family, path, send)
            if answer is None:
                raise
            return answer
        self._is_dated[family] = True
        return answer

    def _ask_older(self, family: str, path: str, send: Callable[[str], Any]) -> Any:
        """The answer by the older path; None where that is a 404 too: then it may be a record that is not there."""
        try:
            answer = send(path)
        except Exception as error:
            if _status(error) != 404:
                raise
            return None
        self._is_dated[family] = False
        _log.info(
            "HubSpot does not answer at %s and is called at %s, which ends in 2027.",
            _FAMILIES[family],
            family,
        )
        return answer


class Client:
    """The SDK's client of one API, calling the paths that the account answers to."""

    def __init__(self, client: Any, paths: Paths) -> None:
        self._client = client
        self._paths = paths

    def call_api(self, path: str, *args: Any, **options: Any) -> Any:
        """Make a call; `path` is the SDK's, of v3 or v4."""
        return self._paths.ask(path, lambda chosen: self._client.call_api(chosen, *args, **options))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@cache
def of(url: str, token: str) -> Paths:
    """The paths of all calls of this process to `url` with `token`."""
    return Paths()


def _status(error: Exception) -> object:
    """The HTTP status of a refusal; where its body is no text, the SDK hides it behind another error."""
    return getattr(error, "status", None) or getattr(error.__context__, "status", None)
