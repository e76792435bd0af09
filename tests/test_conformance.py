"""Every connector that ships, through the suite that any connector can be put through; and one that does not ship."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from leadwright import connectors
from leadwright.connectors.base import FieldSpec
from leadwright.connectors.conformance import *  # noqa: F403
from leadwright.connectors.conformance import Case
from tests.conftest import ROOT


def tables(crm: str) -> dict[str, list[str]]:
    """The declared raw tables of `crm` with their columns."""
    folder = ROOT / "dbt_project" / "models" / "staging" / crm
    found: dict[str, list[str]] = {}
    for path in sorted(Path(folder).glob("*sources.yml")):
        for source in yaml.safe_load(path.read_text())["sources"]:
            found |= {t["name"]: [c["name"] for c in t["columns"]] for t in source["tables"]}
    return found


CASES = [
    Case(
        "hubspot",
        reach=lambda request: request.getfixturevalue("sandbox").credentials("hubspot"),
        reads=tables("hubspot"),
        object_name="contacts",
        text_field="jobtitle",
        other_field="city",
        own=FieldSpec("leadwright_conformance", "Conformance", "number"),
        rows_per_call=100,
        gone=["archived"],
        wrong={"token": "wrong-but-secret"},
        nowhere={"url": "http://127.0.0.1:9"},
    ),
    Case(
        "salesforce",
        reach=lambda request: request.getfixturevalue("sandbox").credentials("salesforce"),
        reads=tables("salesforce"),
        object_name="Lead",
        text_field="Title",
        other_field="City",
        own=FieldSpec("Leadwright_Conformance__c", "Conformance", "number"),
        rows_per_call=200,
        gone=["IsDeleted", "IsConverted"],
        wrong={"token": "wrong-but-secret"},
        nowhere={"url": "https://127.0.0.1:9"},
    ),
]


def test_no_connector_is_left_out() -> None:
    assert [case.name for case in CASES] == connectors.available()


_OF_ANOTHER = """
from leadwright.connectors.base import FieldSpec
from leadwright.connectors.conformance import *

CASES = [
    Case(
        "paperdesk",
        reach=lambda request: {"folder": FOLDER},
        reads={"people": ["id", "mail", "job", "changed"], "staff": ["id", "mail"]},
        object_name="people",
        text_field="job",
        other_field="land",
        own=FieldSpec("conformance", "Conformance", "number"),
        rows_per_call=10,
    )
]
"""


def test_a_connector_from_elsewhere_can_be_put_through_it(tmp_path: Path) -> None:
    people = [
        {
            "id": f"{n:03}",
            "mail": f"{n}@a.example",
            "job": "Clerk",
            "changed": f"2026-06-{n + 1:02}T08:00:00Z",
        }
        for n in range(20)
    ]
    (tmp_path / "people.json").write_text(json.dumps(people))
    (tmp_path / "staff.json").write_text(json.dumps([{"id": "s1", "mail": "kim@a.example"}]))
    (tmp_path / "test_mine.py").write_text(_OF_ANOTHER.replace("FOLDER", repr(str(tmp_path))))
    path = os.pathsep.join(map(str, (ROOT / "tests" / "third_system" / "package", ROOT)))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "15 passed, 5 skipped" in done.stdout, done.stdout
