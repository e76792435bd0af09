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
    query_jobs_total: int = 10_000
    query_jobs: int = 0
    since: datetime | None = None

    def take(self) -> None:
        """Count one call, or refuse it."""
        now = self.now()
        if self.since is None or now - self.since >= WINDOW:
            self.since, self.used, self.query_jobs = now, 0, 0
        if self.enforced and self.used >= self.total:
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.used += 1

    def take_query_job(self) -> None:
        """Count one Bulk query job, or refuse it."""
        if self.enforced and self.query_jobs >= self.query_jobs_total:
            most = self.query_jobs_total
            raise ApiError(
                400, "LIMIT_EXCEEDED", f"Max bulk v2 query jobs ({most}) per 24 hrs has been reached"
            )
        self.query_jobs += 1

    def header(self) -> dict[str, str]:
        """The header that tells clients how much is used."""
        return {"Sforce-Limit-Info": f"api-usage={self.used}/{self.total}"}

    def limits(self) -> dict[str, dict[str, int]]:
        """The answer of the limits resource."""
        unused = {
            "DailyBulkApiBatches": 15_000,
            "DailyBulkV2QueryFileStorageMB": 976_562,
            "DataStorageMB": 1024,
            "FileStorageMB": 1024,
        }
        counted = {
            "DailyApiRequests": (self.total, self.used),
            "DailyBulkV2QueryJobs": (self.query_jobs_total, self.query_jobs),
        }
        used = {
            name: {"Max": most, "Remaining": max(most - taken, 0)} for name, (most, taken) in counted.items()
        }
        return used | {name: {"Max": most, "Remaining": most} for name, most in unused.items()}
