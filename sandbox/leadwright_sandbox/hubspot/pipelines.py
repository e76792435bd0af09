"""Pipelines and their stages, for deals, leads and tickets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot.values import iso, text

_STANDARD = {
    "deals": (
        ("default", "Sales Pipeline"),
        (
            ("appointmentscheduled", "Appointment Scheduled", {"isClosed": "false", "probability": "0.2"}),
            ("qualifiedtobuy", "Qualified To Buy", {"isClosed": "false", "probability": "0.4"}),
            ("presentationscheduled", "Presentation Scheduled", {"isClosed": "false", "probability": "0.6"}),
            ("decisionmakerboughtin", "Decision Maker Bought-In", {"isClosed": "false", "probability": "0.8"}),
            ("contractsent", "Contract Sent", {"isClosed": "false", "probability": "0.9"}),
            ("closedwon", "Closed Won", {"isClosed": "true", "probability": "1.0"}),
            ("closedlost", "Closed Lost", {"isClosed": "true", "probability": "0.0"}),
        ),
    ),
    "leads": (
        ("lead-pipeline-id", "Lead pipeline"),
        (
            ("new-stage-id", "New", {"leadState": "NEW"}),
            ("attempting-stage-id", "Attempting", {"leadState": "IN_PROGRESS"}),
            ("connected-stage-id", "Connected", {"leadState": "IN_PROGRESS"}),
            ("qualified-stage-id", "Qualified", {"leadState": "QUALIFIED"}),
            ("unqualified-stage-id", "Disqualified", {"leadState": "UNQUALIFIED"}),
        ),
    ),
    "tickets": (
        ("0", "Support Pipeline"),
        (
            ("1", "New", {"isClosed": "false", "ticketState": "OPEN"}),
            ("2", "Waiting on contact", {"isClosed": "false", "ticketState": "OPEN"}),
            ("3", "Waiting on us", {"isClosed": "false", "ticketState": "OPEN"}),
            ("4", "Closed", {"isClosed": "true", "ticketState": "CLOSED"}),
        ),
    ),
}  # fmt: skip


@dataclass(slots=True)
class Stage:
    """One stage of a pipeline."""

    id: str
    label: str
    order: int
    metadata: dict[str, str]
    created_at: str
    updated_at: str

    def body(self) -> dict[str, Any]:
        """The stage as the API shows it."""
        return {
            "label": self.label,
            "displayOrder": self.order,
            "metadata": self.metadata,
            "id": self.id,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "archived": False,
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        }


@dataclass(slots=True)
class Pipeline:
    """One pipeline."""

    id: str
    label: str
    order: int
    created_at: str
    updated_at: str
    stages: dict[str, Stage] = field(default_factory=dict)

    def in_order(self) -> list[Stage]:
        """The stages as they follow each other."""
        return sorted(self.stages.values(), key=lambda stage: stage.order)

    def body(self) -> dict[str, Any]:
        """The pipeline as the API shows it."""
        return {
            "label": self.label,
            "displayOrder": self.order,
            "id": self.id,
            "stages": [stage.body() for stage in self.in_order()],
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "archived": False,
        }


class Pipelines:
    """Object name -> pipelines by id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pipelines: dict[str, dict[str, Pipeline]] = {}
        self._given: set[str] = set()
        for object_name, ((pipeline_id, label), stages) in _STANDARD.items():
            pipeline = self.add(object_name, pipeline_id, label, 0)
            for order, (stage_id, stage_label, metadata) in enumerate(stages):
                self.add_stage(pipeline, stage_id, stage_label, order, metadata)

    def add(self, object_name: str, pipeline_id: str, label: str, order: int) -> Pipeline:
        """Add a pipeline without stages."""
        now = iso(self._clock.now())
        pipeline = Pipeline(pipeline_id, label, order, now, now)
        self._pipelines.setdefault(object_name, {})[pipeline_id] = pipeline
        return pipeline

    def add_stage(
        self, pipeline: Pipeline, stage_id: str, label: str, order: int, metadata: Mapping[str, str]
    ) -> Stage:
        """Add or replace a stage."""
        now = iso(self._clock.now())
        pipeline.stages[stage_id] = Stage(stage_id, label, order, dict(metadata), now, now)
        return pipeline.stages[stage_id]

    def load(self, object_name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Replace the standard pipeline by stages given as rows (columns as in the connector's `deal_stages`)."""
        rows = list(rows)
        if rows and object_name not in self._given:
            self._pipelines[object_name] = {}
            self._given.add(object_name)
        for place, row in enumerate(rows):
            pipeline_id = text(row["pipeline_id"])
            known = self._pipelines[object_name]
            pipeline = known.get(pipeline_id) or self.add(
                object_name, pipeline_id, text(row.get("pipeline_label") or pipeline_id), len(known)
            )
            metadata = {
                "isClosed": text(row.get("is_closed") or "false").lower(),
                "probability": text(row.get("probability") or "0.0"),
            }
            stage_id = text(row["stage_id"])
            order = int(text(row.get("display_order") or place))
            self.add_stage(pipeline, stage_id, text(row.get("stage_label") or stage_id), order, metadata)
        return len(rows)

    def all(self, object_name: str) -> dict[str, Pipeline]:
        """The pipelines of `object_name` by id."""
        return self._pipelines.get(object_name, {})

    def remove(self, object_name: str, pipeline_id: str) -> None:
        """Remove a pipeline."""
        self._pipelines[object_name].pop(pipeline_id, None)

    def stage(self, object_name: str, stage_id: str) -> tuple[Pipeline, Stage] | None:
        """The stage with this id, with its pipeline."""
        for pipeline in self.all(object_name).values():
            if stage_id in pipeline.stages:
                return pipeline, pipeline.stages[stage_id]
        return None
