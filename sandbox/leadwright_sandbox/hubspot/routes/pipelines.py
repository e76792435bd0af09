"""Pipelines and stages."""

from __future__ import annotations

from typing import Any

from leadwright_sandbox.hubspot import scopes
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request, conflict, not_found
from leadwright_sandbox.hubspot.pipelines import Pipeline, Stage
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.values import text
from leadwright_sandbox.hubspot.writing import STAGES, stamp

BASE = "/crm/v3/pipelines/{object}"


def reads(call: Call) -> tuple[str, ...]:
    """The scope to read pipelines."""
    return (scopes.records(call.kind, write=False),)


def _writes(call: Call) -> tuple[str, ...]:
    return (scopes.schemas(call.kind, write=True),)


def pipelines_of(call: Call) -> dict[str, Pipeline]:
    """The pipelines of the object in the path."""
    if call.kind.name not in STAGES:
        raise bad_request(f"Object type {call.path['object']} does not support pipelines")
    return call.portal.pipelines.all(call.kind.name)


def _pipeline(call: Call) -> Pipeline:
    found = pipelines_of(call).get(call.path["pipeline"])
    if found is None:
        raise not_found()
    return found


def _stage(call: Call) -> Stage:
    found = _pipeline(call).stages.get(call.path["stage"])
    if found is None:
        raise not_found()
    return found


def list_pipelines(call: Call) -> Answer:
    """All pipelines of an object with their stages."""
    return 200, {"results": [pipeline.body() for pipeline in pipelines_of(call).values()]}


def get_pipeline(call: Call) -> Answer:
    """One pipeline."""
    return 200, _pipeline(call).body()


def list_stages(call: Call) -> Answer:
    """The stages of one pipeline."""
    return 200, {"results": _pipeline(call).body()["stages"]}


def get_stage(call: Call) -> Answer:
    """One stage."""
    return 200, _stage(call).body()


def _label(body: dict[str, Any]) -> str:
    label = body.get("label")
    if not isinstance(label, str) or not label:
        raise bad_request("Some required fields were not set: [label]")
    return label


def _metadata(call: Call, body: dict[str, Any]) -> dict[str, str]:
    metadata = {text(name): text(value) for name, value in (body.get("metadata") or {}).items()}
    if call.kind.name == "deals" and "probability" not in metadata:
        raise bad_request("Deal stages need metadata.probability")
    return metadata


def _add_stage(call: Call, pipeline: Pipeline, body: dict[str, Any]) -> Stage:
    label = _label(body)
    stage_id = text(body.get("stageId") or label.lower().replace(" ", "_"))
    if call.portal.pipelines.stage(call.kind.name, stage_id):
        raise conflict(f"There is a stage {stage_id} already")
    metadata = _metadata(call, body)
    order = int(body.get("displayOrder") or len(pipeline.stages))
    call.portal.track_stage(call.kind, stage_id)
    return call.portal.pipelines.add_stage(pipeline, stage_id, label, order, metadata)


def create_pipeline(call: Call) -> Answer:
    """Add a pipeline with its stages."""
    body, known = call.body, pipelines_of(call)
    label = _label(body)
    if any(pipeline.label == label for pipeline in known.values()):
        raise conflict(f"There is a pipeline with the label {label} already")
    pipeline_id = text(body.get("pipelineId") or label.lower().replace(" ", "_"))
    pipeline = call.portal.pipelines.add(
        call.kind.name, pipeline_id, label, int(body.get("displayOrder") or len(known))
    )
    for stage in body.get("stages") or []:
        _add_stage(call, pipeline, stage)
    return 201, pipeline.body()


def update_pipeline(call: Call) -> Answer:
    """Change a pipeline's label or its place."""
    pipeline, body = _pipeline(call), call.body
    pipeline.label = text(body.get("label") or pipeline.label)
    pipeline.order = int(body.get("displayOrder", pipeline.order))
    pipeline.updated_at = stamp(call.portal)
    return 200, pipeline.body()


def replace_pipeline(call: Call) -> Answer:
    """Give a pipeline another label, place and stages; stages that are not named any more are gone."""
    pipeline, body = _pipeline(call), call.body
    _label(body)
    before, pipeline.stages = pipeline.stages, {}
    try:
        for stage in body.get("stages") or []:
            _add_stage(call, pipeline, stage)
    except Exception:
        pipeline.stages = before
        raise
    for stage_id, stage in pipeline.stages.items():
        stage.created_at = before[stage_id].created_at if stage_id in before else stage.created_at
    return update_pipeline(call)


def delete_pipeline(call: Call) -> Answer:
    """Remove a pipeline."""
    call.portal.pipelines.remove(call.kind.name, _pipeline(call).id)
    return 204, None


def create_stage(call: Call) -> Answer:
    """Add a stage."""
    return 201, _add_stage(call, _pipeline(call), call.body).body()


def update_stage(call: Call) -> Answer:
    """Change a stage's label, order or metadata."""
    stage, body = _stage(call), call.body
    stage.label = text(body.get("label") or stage.label)
    stage.order = int(body.get("displayOrder", stage.order))
    stage.metadata |= {text(name): text(value) for name, value in (body.get("metadata") or {}).items()}
    stage.updated_at = stamp(call.portal)
    return 200, stage.body()


def replace_stage(call: Call) -> Answer:
    """Give a stage another label, place and metadata."""
    stage, body = _stage(call), call.body
    _label(body)
    stage.metadata = _metadata(call, body)
    return update_stage(call)


def delete_stage(call: Call) -> Answer:
    """Remove a stage."""
    del _pipeline(call).stages[_stage(call).id]
    return 204, None


ROUTES = [
    Endpoint("GET", BASE, list_pipelines, reads),
    Endpoint("POST", BASE, create_pipeline, _writes),
    Endpoint("GET", f"{BASE}/{{pipeline}}", get_pipeline, reads),
    Endpoint("PATCH", f"{BASE}/{{pipeline}}", update_pipeline, _writes),
    Endpoint("PUT", f"{BASE}/{{pipeline}}", replace_pipeline, _writes),
    Endpoint("DELETE", f"{BASE}/{{pipeline}}", delete_pipeline, _writes),
    Endpoint("GET", f"{BASE}/{{pipeline}}/stages", list_stages, reads),
    Endpoint("POST", f"{BASE}/{{pipeline}}/stages", create_stage, _writes),
    Endpoint("GET", f"{BASE}/{{pipeline}}/stages/{{stage}}", get_stage, reads),
    Endpoint("PATCH", f"{BASE}/{{pipeline}}/stages/{{stage}}", update_stage, _writes),
    Endpoint("PUT", f"{BASE}/{{pipeline}}/stages/{{stage}}", replace_stage, _writes),
    Endpoint("DELETE", f"{BASE}/{{pipeline}}/stages/{{stage}}", delete_stage, _writes),
]
