"""How much of the daily limits is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.salesforce.errors import ApiError

WINDOW = timedelta(hours=24)


@dataclass
class Usage:
    """Calls of the present 24 hours; `enforced` switches the limit on."""

    enforced: bool
    now: Callable[[], datetime]
    total: int = 100_000
    used: int = 0
    since: datetime | None = None

    def take(self) -> None:
        """Count one call, or refuse it."""
        now = self.now()
        if self.since is None or now - self.since >= WINDOW:
            self.since, self.used = now, 0
        if self.enforced and self.used >= self.total:
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.used += 1

    def header(self) -> dict[str, str]:
        """The header that tells clients how much is used."""
        return {"Sforce-Limit-Info": f"api-usage={self.used}/{self.total}"}

    def limits(self) -> dict[str, dict[str, int]]:
        """The answer of the limits resource."""
        unused = {
            "DailyBulkApiBatches": 15_000,
            "DailyBulkV2QueryJobs": 10_000,
            "DailyBulkV2QueryFileStorageMB": 976_562,
            "DataStorageMB": 1024,
            "FileStorageMB": 1024,
        }
        calls = {"DailyApiRequests": {"Max": self.total, "Remaining": max(self.total - self.used, 0)}}
        return calls | {name: {"Max": most, "Remaining": most} for name, most in unused.items()}
