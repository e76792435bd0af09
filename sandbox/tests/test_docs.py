"""README.md, followed by a stranger: its example runs as it is, no option of the command is left out, and what
it says is not served is not, and all that is not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import hubspot

from leadwright_sandbox.hubspot.objects import UNSERVED, unserved
from leadwright_sandbox.hubspot.routes import ROUTES
from leadwright_sandbox.testing.portal import Portal

SANDBOX = Path(__file__).resolve().parents[1]
PAGE = (SANDBOX / "README.md").read_text(encoding="utf-8")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(SANDBOX)}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_example_runs(tmp_path: Path) -> None:
    [example] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "test_mine.py").write_text(example)
    done = run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_every_option_is_explained() -> None:
    said = run(SANDBOX, "leadwright_sandbox", "--help")
    assert said.returncode == 0
    options = set(re.findall(r"--[a-z-]+", said.stdout)) - {"--help"}
    assert {"--proxy", "--control", "--state", "--salesforce-permissions"} <= options
    assert not {option for option in options if f"`{option}" not in PAGE}


Call = tuple[str, str]
NAMED = {
    "{objectType}": "contacts",
    "{fromObjectType}": "contacts",
    "{toObjectType}": "companies",
    "{appId}": "1001",
}


def calls_of_the_client() -> set[Call]:
    """Method and path of every call that hubspot-api-client can make, but for those about objects not served."""
    found: set[Call] = set()
    for file in Path(hubspot.__file__).parent.rglob("api/*_api.py"):
        for path, method in re.findall(
            r'call_api\(\s*"([^"]+)",\s*"(\w+)"', file.read_text(encoding="utf-8")
        ):
            if not (path.startswith("/crm/v3/objects/") and unserved(path.split("/")[4])):
                found.add((method, path.rstrip("/")))
    return found


def named_as_not_served() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Method (or any) and path of what the page says is not served."""
    [block] = re.findall(r"```\n(any /.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines():
        words = line.split()
        methods = [word for word in words if not word.startswith("/")]
        for path in words[len(methods) :]:
            pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + ("(/.*)?" if methods == ["any"] else ""))
            yield from ((method, pattern) for method in methods)


def test_what_is_not_served_is_named() -> None:
    portal, named = Portal(), list(named_as_not_served())
    portal("PUT", "/webhooks/v3/1001/settings", {"targetUrl": "http://127.0.0.1:9/x"})
    refused: set[Call] = set()
    calls = calls_of_the_client()
    for method, path in calls:
        for name, value in NAMED.items():
            path = path.replace(name, value)
        sent = None if method in ("GET", "DELETE") else {}
        if portal.status(method, re.sub(r"\{\w+\}", "1", path), sent) == 501:
            refused.add((method, path))
    portal.close()
    plain = {(method, re.sub(r"\{\w+\}", "1", path)) for method, path in refused}

    def covers(place: int, method: str, path: str) -> bool:
        return named[place][0] in ("any", method) and bool(named[place][1].fullmatch(path))

    places = range(len(named))
    assert len(calls) > 400 and len(plain) > 200
    assert not [call for call in sorted(plain) if not any(covers(place, *call) for place in places)]
    assert not [named[place] for place in places if not any(covers(place, *call) for call in plain)]
    served = [(endpoint.method, endpoint.path) for endpoint in ROUTES]
    assert not [call for call in served if any(covers(place, *call) for place in places)]


def test_objects_that_are_not_served_are_named() -> None:
    [listed] = re.findall(r"Objects that are not served: (.*?)\. Nor are", PAGE, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", listed)) == UNSERVED
