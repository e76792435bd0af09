"""Who a token belongs to: `userinfo` and the identity address that every token answer names."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from leadwright_sandbox.salesforce.errors import ApiError
from leadwright_sandbox.salesforce.http import reply
from leadwright_sandbox.salesforce.org import Org
from leadwright_sandbox.salesforce.sessions import User
from leadwright_sandbox.salesforce.values import json_datetime
from leadwright_sandbox.store import Row


def identity_path(org: Org, user: User) -> str:
    """The path of a user's identity."""
    return f"/id/{org.sessions.org_id}/{user.id}"


def _caller(org: Org, request: Request) -> User | Response:
    """Who asks; these two addresses name their own errors, in plain text."""
    _, _, given = request.headers.get("Authorization", "").partition(" ")
    given = given or request.query_params.get("oauth_token", "")
    try:
        return org.sessions.require(given).user
    except ApiError:
        return PlainTextResponse("Bad_OAuth_Token" if given else "Missing_OAuth_Token", 403)


def _own(request: Request) -> str:
    return f"https://{urlsplit(str(request.base_url)).netloc}"


def _urls(request: Request, user: User) -> dict[str, str]:
    data = f"{_own(request)}/services/data/v{{version}}/"
    return {
        "rest": data,
        "sobjects": f"{data}sobjects/",
        "query": f"{data}query/",
        "recent": f"{data}recent/",
        "profile": f"{_own(request)}/{user.id}",
    }


async def userinfo(org: Org, request: Request) -> Response:
    """GET or POST /services/oauth2/userinfo: who the token belongs to"""
    user = _caller(org, request)
    if isinstance(user, Response):
        return user
    row = org.row("User", user.id) or {}
    names: dict[str, Any] = {
        "sub": f"{_own(request)}{identity_path(org, user)}",
        "user_id": user.id,
        "organization_id": org.sessions.org_id,
        "preferred_username": user.username,
        "nickname": row.get("Alias"),
        "name": row.get("Name"),
        "given_name": row.get("FirstName"),
        "family_name": row.get("LastName"),
        "zoneinfo": row.get("TimeZoneSidKey"),
    }
    return reply(names | _facts(request, user, row))


def _facts(request: Request, user: User, row: Row) -> dict[str, Any]:
    """What both addresses tell."""
    return {
        "email": row.get("Email"),
        "email_verified": True,
        "user_type": "STANDARD",
        "language": row.get("LanguageLocaleKey"),
        "locale": row.get("LocaleSidKey"),
        "active": True,
        "urls": _urls(request, user),
    }


async def identity(org: Org, request: Request, org_id: str, user_id: str) -> Response:
    """GET /id/{organization}/{user}: a user sees himself"""
    user = _caller(org, request)
    if isinstance(user, Response):
        return user
    if org_id not in (org.sessions.org_id, org.sessions.org_id[:15]):
        return PlainTextResponse("Wrong_Org", 403)
    if user_id not in (user.id, user.id[:15]):
        return PlainTextResponse("No_Access", 403)
    row = org.row("User", user.id) or {}
    names: dict[str, Any] = {
        "id": f"{_own(request)}{identity_path(org, user)}",
        "asserted_user": True,
        "user_id": user.id,
        "organization_id": org.sessions.org_id,
        "username": user.username,
        "nick_name": row.get("Alias"),
        "display_name": row.get("Name"),
        "first_name": row.get("FirstName"),
        "last_name": row.get("LastName"),
        "timezone": row.get("TimeZoneSidKey"),
        "mobile_phone": row.get("MobilePhone"),
        "last_modified_date": json_datetime(row.get("LastModifiedDate")),
    }
    return reply(names | _facts(request, user, row))
