"""Bulk 2.0 jobs: their states and what a poll shows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from leadwright_sandbox.salesforce.errors import ApiError, not_found
from leadwright_sandbox.salesforce.work import Pace, Work

DELIMITERS = {"COMMA": ",", "TAB": "\t", "PIPE": "|", "SEMICOLON": ";", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n"}
QUERIES = ("query", "queryAll")
FINISHED = frozenset({"JobComplete", "Failed", "Aborted"})


@dataclass
class Job(Work):
    """One query or ingest job; `facts` is what the API shows, in its order."""

    WAITING, DONE = "UploadComplete", "JobComplete"

    id: str
    facts: dict[str, Any]
    owner_id: str
    deleted: bool = False  # queryAll
    upload: bytes | None = None
    polls: int = 0
    processed: int = 0
    counted: int = 0  # rows of a query whose bytes count towards the daily limit
    batches: int = 0  # of rows to save, for theirs
    failed: int = 0
    error: str | None = None
    columns: list[str] = field(default_factory=list)
    successes: list[list[str]] = field(default_factory=list)
    failures: list[list[str]] = field(default_factory=list)

    @property
    def table(self) -> str:
        """The snapshot that holds a query job's rows."""
        return f"job_{self.id}"

    @property
    def delimiter(self) -> str:
        """The character between the columns."""
        return DELIMITERS[self.facts["columnDelimiter"]]

    @property
    def line_end(self) -> str:
        """The characters at the end of a line."""
        return LINE_ENDS[self.facts["lineEnding"]]

    @property
    def told(self) -> dict[str, Any]:
        """What polls and lists show in any state; the answer to the call that makes a job leaves its type out."""
        kind = "V2Query" if self.facts["operation"] in QUERIES else "V2Ingest"
        return self.facts | {"jobType": kind}

    def fail(self, error: ApiError, now: str) -> None:
        """End without success; what was saved until then stays."""
        self.error = f"{error.code} : {error.message}"
        self.move("Failed", now)


@dataclass
class Jobs:
    """All jobs, and the pace at which they are worked on."""

    pace: Pace
    by_id: dict[str, Job] = field(default_factory=dict)

    def require(self, job_id: str, kind: str) -> Job:
        """The job with this id and of this kind (`query` or `ingest`)."""
        found = self.by_id.get(job_id)
        if found is None or (found.facts["operation"] in QUERIES) != (kind == "query"):
            raise not_found()
        return found


def chosen(body: dict[str, Any], name: str, default: str, allowed: dict[str, str]) -> str:
    """An option of a job, or the error the API gives for a wrong one."""
    value = str(body.get(name) or default)
    if value not in allowed:
        raise ApiError(400, "INVALIDJOB", f"{name} must be one of {', '.join(allowed)}")
    return value


def job_facts(job_id: str, body: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """The facts query and ingest jobs have in common."""
    if body.get("contentType", "CSV") != "CSV":
        raise ApiError(400, "INVALIDJOB", "contentType must be CSV")
    return {
        "id": job_id,
        **more,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "lineEnding": chosen(body, "lineEnding", "LF", LINE_ENDS),
        "columnDelimiter": chosen(body, "columnDelimiter", "COMMA", DELIMITERS),
    }
