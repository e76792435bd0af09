"""The account and the token: who is asking, and what it may do."""

from __future__ import annotations

from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request, not_found
from leadwright_sandbox.hubspot.limits import PER_DAY
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.values import text
from leadwright_sandbox.hubspot.webhooks import APP_ID


def details(call: Call) -> Answer:
    """The account."""
    return 200, {
        "portalId": call.portal.portal_id,
        "accountType": "STANDARD",
        "timeZone": "US/Eastern",
        "companyCurrency": "USD",
        "additionalCurrencies": [],
        "utcOffset": "-05:00",
        "utcOffsetMilliseconds": -18_000_000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }


def legacy_details(call: Call) -> Answer:
    """The account as the first API version shows it."""
    return 200, {
        "portalId": call.portal.portal_id,
        "timeZone": "US/Eastern",
        "accountType": "STANDARD",
        "currency": "USD",
        "utcOffset": "-05:00",
        "utcOffsetMilliseconds": -18_000_000,
    }


def daily_usage(call: Call) -> Answer:
    """How many of the day's calls are used."""
    now = call.portal.clock.now()
    return 200, {
        "results": [
            {
                "name": "private-apps-api-calls-daily",
                "usageLimit": PER_DAY,
                "currentUsage": call.portal.limits.today,
                "collectedAt": now.isoformat(),
                "fetchStatus": "SUCCESS",
                "resetsAt": now.replace(hour=23, minute=59, second=59).isoformat(),
            }
        ]
    }


def token_info(call: Call) -> Answer:
    """The scopes of a private app's token."""
    token = text(call.body.get("tokenKey") or "")
    if not token:
        raise bad_request("Some required fields were not set: [tokenKey]")
    if token not in call.portal.tokens:
        raise not_found("The access token is not known")
    return 200, {
        "userId": 1,
        "hubId": call.portal.portal_id,
        "appId": 1,
        "scopes": sorted(call.portal.tokens[token]),
    }


def access_token(call: Call) -> Answer:
    """What a token may do, as the call of OAuth apps shows it; the token itself is all that it needs."""
    scopes = call.portal.tokens.get(call.path["token"])
    if scopes is None:
        raise not_found("Access token not found")
    return 200, {
        "token": call.path["token"],
        "user": "sandbox@leadwright.example",
        "hub_domain": "leadwright.example",
        "scopes": sorted(scopes),
        "hub_id": call.portal.portal_id,
        "app_id": APP_ID,
        "expires_in": 1800,
        "user_id": 1,
        "token_type": "access",
    }


ROUTES = [
    Endpoint("GET", "/oauth/v1/access-tokens/{token}", access_token, open=True),
    Endpoint("GET", "/account-info/v3/details", details),
    Endpoint("GET", "/account-info/v3/api-usage/daily/private-apps", daily_usage),
    Endpoint("GET", "/integrations/v1/me", legacy_details),
    Endpoint("POST", "/oauth/v2/private-apps/get/access-token-info", token_info),
]
