"""How much of the daily limits is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadwright_sandbox.salesforce.errors import ApiError

WINDOW = timedelta(hours=24)
MEGABYTE = 1024 * 1024


@dataclass
class Usage:
    """What was used in the present 24 hours, and how much may be; `enforced` switches the limits on."""

    enforced: bool
    now: Callable[[], datetime]
    total: int = 100_000
    used: int = 0
    query_jobs_total: int = 10_000
    query_jobs: int = 0
    query_megabytes_total: int = 976_562
    query_bytes: int = 0  # of the results of Bulk 2.0 query jobs
    batches_total: int = 15_000
    batches: int = 0
    since: datetime | None = None

    def _begin_day(self) -> None:
        """Start again at zero where the 24 hours are over."""
        now = self.now()
        if self.since is None or now - self.since >= WINDOW:
            self.since, self.used, self.query_jobs, self.query_bytes, self.batches = now, 0, 0, 0, 0

    def take(self) -> None:
        """Count one call, or refuse it."""
        self._begin_day()
        if self.enforced and self.used >= self.total:
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.used += 1

    def take_query_job(self) -> None:
        """Count one Bulk query job, or refuse it."""
        most, size = self.query_jobs_total, self.query_megabytes_total * 1024
        if self.enforced and self.query_jobs >= most:
            raise _exceeded(f"jobs ({most}) per 24 hrs has been reached")
        if self.enforced and self.query_bytes >= size * 1024:
            raise _exceeded(f"result size stored ({size}) kb per 24 hrs has been exceeded")
        self.query_jobs += 1

    def take_query_result(self, part: bytes) -> bytes:
        """Count the bytes of a part of a result."""
        self.query_bytes += len(part)
        return part

    def take_batch(self) -> None:
        """Count one batch of records to save or of a job of the older API, or refuse it."""
        self._begin_day()
        if self.enforced and self.batches >= self.batches_total:
            raise ApiError(400, "ExceededQuota", "ApiBatchItems Limit exceeded")
        self.batches += 1

    def header(self) -> dict[str, str]:
        """The header that tells clients how much is used."""
        return {"Sforce-Limit-Info": f"api-usage={self.used}/{self.total}"}

    def limits(self) -> dict[str, dict[str, int]]:
        """The answer of the limits resource."""
        counted = {
            "DailyApiRequests": (self.total, self.used),
            "DailyBulkApiBatches": (self.batches_total, self.batches),
            "DailyBulkV2QueryJobs": (self.query_jobs_total, self.query_jobs),
            "DailyBulkV2QueryFileStorageMB": (self.query_megabytes_total, -(-self.query_bytes // MEGABYTE)),
            "DataStorageMB": (1024, 0),
            "FileStorageMB": (1024, 0),
        }
        return {
            name: {"Max": most, "Remaining": max(most - taken, 0)} for name, (most, taken) in counted.items()
        }


def _exceeded(what: str) -> ApiError:
    return ApiError(400, "LIMIT_EXCEEDED", f"Max bulk v2 query {what}")
