"""The two ways a call fails: the whole request (`ApiError`) or one record of it (`RowError`).

The same record failure is an error array with a status in a row call, an entry of the result list in a
collection, and a text cell in a Bulk result, so it is raised once and spelled by whoever answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

STATUS_OF_CODE = {
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "INSUFFICIENT_ACCESS": 403,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
}


class ApiError(Exception):
    """A request that fails as a whole."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message

    def body(self) -> list[dict[str, Any]]:
        """The error array of the REST API."""
        return [{"message": self.message, "errorCode": self.code}]


class RowError(Exception):
    """One record that cannot be saved, deleted or read; the other records of the request go on."""

    def __init__(
        self,
        code: str,
        message: str,
        fields: Sequence[str] = (),
        duplicates: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.fields, self.duplicates = code, message, list(fields), duplicates

    @property
    def status(self) -> int:
        """The status of a row call that fails with this error."""
        return STATUS_OF_CODE.get(self.code, 400)

    def body(self) -> list[dict[str, Any]]:
        """The error array of a row call; a letter is missing in the service's own word for duplicates."""
        if self.duplicates:
            return [{"duplicateResut": self.duplicates, "errorCode": self.code, "message": self.message}]
        return [{"message": self.message, "errorCode": self.code, "fields": self.fields}]

    def result(self) -> dict[str, Any]:
        """The error as an entry of a collection's result."""
        found = {"duplicateResult": self.duplicates} if self.duplicates else {}
        return {"statusCode": self.code, "message": self.message, "fields": self.fields, **found}

    def cell(self) -> str:
        """The error as the cell sf__Error of a Bulk result."""
        return f"{self.code}:{self.message}:{','.join(self.fields)} --"


class LoadError(ValueError):
    """A row that cannot be loaded: names the row (from 1), the column and what is wrong."""

    def __init__(self, row: int, column: str, message: str) -> None:
        super().__init__(f"row {row}, column {column}: {message}")
        self.row, self.column, self.message = row, column, message


def not_found() -> ApiError:
    """The answer to a path or a record that does not exist."""
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")


def not_served(what: str) -> ApiError:
    """The honest answer to something the real service has and the sandbox has not."""
    return ApiError(501, "NOT_IMPLEMENTED", f"The sandbox does not serve {what}")


def malformed_query(message: str) -> ApiError:
    """A SOQL text that cannot be read."""
    return ApiError(400, "MALFORMED_QUERY", message)


def invalid_field(message: str) -> ApiError:
    """A field that does not exist for this user, or is used against its type."""
    return ApiError(400, "INVALID_FIELD", message)
