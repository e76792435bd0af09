"""Record locks: tests say which records another process holds, and for how many attempts."""

from __future__ import annotations

from leadwright_sandbox.salesforce.errors import RowError

MESSAGE = "unable to obtain exclusive access to this record or 1 records: {record_id}"


class Locks:
    """Records that cannot be written just now."""

    def __init__(self) -> None:
        self.held: dict[str, int] = {}

    def hold(self, record_id: str, attempts: int = 1) -> None:
        """Let the next `attempts` writes of the record fail."""
        self.held[record_id] = attempts

    def check(self, record_id: str) -> None:
        """Fail with UNABLE_TO_LOCK_ROW where the record is held, once less each time."""
        left = self.held.get(record_id, 0)
        if left <= 0:
            return
        self.held[record_id] = left - 1
        raise RowError("UNABLE_TO_LOCK_ROW", MESSAGE.format(record_id=record_id))
