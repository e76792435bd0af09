"""The OAuth token endpoint: an app's refresh token becomes an access token of half an hour."""

from __future__ import annotations

from urllib.parse import parse_qs

from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import ApiError, bad_request, not_served
from leadwright_sandbox.hubspot.oauth import SECONDS
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint


def _refused(status: str, message: str, error: str) -> ApiError:
    """HubSpot's words of old beside those of RFC 6749, as it sends both."""
    refusal = ApiError(400, message, None, error=error, error_description=message)
    refusal.more["status"] = status
    return refusal


def token(call: Call) -> Answer:
    """A new access token."""
    try:
        sent = parse_qs(call.raw.decode())
    except UnicodeDecodeError as problem:
        raise bad_request("the request is not a form in UTF-8") from problem
    form = {name: values[0] for name, values in sent.items()}
    if call.version == "v1":  # the older one reads the address too
        form = {**call.query, **form}
    kind, app = form.get("grant_type"), call.portal.app
    if kind == "authorization_code":
        raise not_served("POST /oauth with an authorization code")
    if kind != "refresh_token":
        raise _refused("BAD_GRANT_TYPE", "missing or unknown grant type", "unsupported_grant_type")
    if form.get("client_id") != app.client_id:
        raise _refused("BAD_CLIENT_ID", "missing or unknown client id", "invalid_client")
    if form.get("client_secret") != app.client_secret:
        raise _refused("BAD_CLIENT_SECRET", "missing or invalid client secret", "invalid_client")
    refreshed = app.refresh(form.get("refresh_token", ""))
    if refreshed is None:
        raise _refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token", "invalid_grant")
    access, following = refreshed
    return 200, {
        "token_type": "bearer",
        "refresh_token": following,
        "access_token": access,
        "hub_id": call.portal.portal_id,
        "scopes": sorted(call.portal.tokens[access]),
        "user_id": 1,
        "expires_in": SECONDS,
    }


ROUTES = [
    Endpoint("POST", "/oauth/v1/token", token, open=True),
    Endpoint("POST", "/oauth/v3/token", token, open=True),
]
