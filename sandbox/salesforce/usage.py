"""How much of the daily limits is used."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.salesforce.errors import ApiError


@dataclass
class Usage:
    """Calls of the present day; `enforced` switches the limit on."""

    enforced: bool
    total: int = 100_000
    used: int = 0

    def take(self) -> None:
        """Count one call, or refuse it."""
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
