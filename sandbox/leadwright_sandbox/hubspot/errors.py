"""HubSpot's error answers, as exceptions that the web layer turns into JSON."""

from __future__ import annotations

import json
from typing import Any

from leadwright_sandbox import row_faults
from leadwright_sandbox.hubspot.values import InvalidValueError

SCOPES_PAGE = "https://developers.hubspot.com/scopes"


class ApiError(Exception):
    """An answer other than success. `more` holds the further members of its JSON body."""

    def __init__(
        self,
        status: int,
        message: str,
        category: str | None = "VALIDATION_ERROR",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.category = category
        self.headers = headers or {}
        self.more = more

    def body(self, correlation_id: str) -> dict[str, Any]:
        """The JSON body."""
        body: dict[str, Any] = {"status": "error", "message": self.message, "correlationId": correlation_id}
        if self.category:
            body["category"] = self.category
        return {**body, **self.more}

    def in_batch(self, **context: list[str]) -> dict[str, Any]:
        """The error as one entry of a 207 answer, which has fewer members than a body of its own."""
        entry = {"status": "error", "category": self.category, "message": self.message}
        if "subCategory" in self.more:
            entry["subCategory"] = self.more["subCategory"]
        return {**entry, "context": {**self.more.get("context", {}), **context}}


class InvalidPropertiesError(ApiError):
    """400: values that a record cannot take. `problems` pairs each property with what is wrong."""

    def __init__(self, problems: list[tuple[str, InvalidValueError]]) -> None:
        results = [
            {
                "isValid": False,
                "message": str(problem),
                "error": problem.code,
                "name": name,
                "localizedErrorMessage": str(problem),
            }
            for name, problem in problems
        ]
        errors = [
            {"message": str(problem), "code": problem.code, "context": {"propertyName": [name]}}
            for name, problem in problems
        ]
        spelt = json.dumps(results, separators=(",", ":"), ensure_ascii=False)
        super().__init__(400, f"Property values were not valid: {spelt}", errors=errors)
        self.results = results


def bad_request(message: str, **more: Any) -> ApiError:
    """400: the request itself is wrong."""
    return ApiError(400, message, **more)


def not_found(message: str = "resource not found", **more: Any) -> ApiError:
    """404."""
    return ApiError(404, message, "OBJECT_NOT_FOUND", **more)


def gone(object_name: str, ids: list[str]) -> ApiError:
    """404: records of a batch that are not there."""
    return not_found(
        f"Could not get some {object_name} objects, they may be deleted or not exist. Check that ids are valid.",
        context={"ids": ids},
    )


def conflict(message: str, **more: Any) -> ApiError:
    """409: the record is there already."""
    return ApiError(409, message, "CONFLICT", **more)


def unauthorised() -> ApiError:
    """401: no token, or one that the portal does not know."""
    return ApiError(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
        "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        "INVALID_AUTHENTICATION",
    )


def missing_scopes(scopes: tuple[str, ...]) -> ApiError:
    """403: the token lacks `scopes`."""
    return ApiError(
        403,
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
        f"{SCOPES_PAGE}.",
        "MISSING_SCOPES",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
        links={"scopes": SCOPES_PAGE},
    )


def check_not_refused(records: int = 1) -> None:
    """Refuse a call where the control API wants one of the `records` refused that it writes, links or removes."""
    for _ in range(records):
        if refused := row_faults.refusal():
            category, message = refused
            raise ApiError(400, message, category)


def not_served(what: str) -> ApiError:
    """501: a call that HubSpot has and the sandbox does not serve."""
    return ApiError(501, f"The sandbox does not serve {what}.", "NOT_SERVED_BY_SANDBOX")
