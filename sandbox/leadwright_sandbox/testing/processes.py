"""Sandboxes as processes of their own, started and ended by a test session."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

READY_SECONDS = 120


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: what it printed when it was ready, and its process."""

    ready: dict[str, Any]
    process: subprocess.Popen[str]

    def __getitem__(self, crm: str) -> dict[str, Any]:
        said: dict[str, Any] = self.ready[crm]
        return said

    def credentials(self, crm: str) -> dict[str, Any]:
        """What a client needs to connect to `crm`: address, token and, over TLS, the authority to trust."""
        said = self.ready[crm]
        known = {"url": said["url"], "token": said["token"]}
        return {**known, "ca": said["ca_file"]} if "ca_file" in said else known

    def stop(self) -> int:
        """End it as an operator would; its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=20)


Kind = TypeVar("Kind", bound=Sandbox)


@contextmanager
def sandboxes(folder: Callable[[str], Path], kind: type[Kind]) -> Iterator[Callable[..., Kind]]:
    """A function that starts a sandbox with the given options and ports of its own; all end with the block.

    Args:
        folder: makes a new folder of a name, for what the sandbox says.
        kind: what the function gives: `Sandbox`, or a class of it that knows more.
    """
    running: list[Kind] = []

    def start(*options: str) -> Kind:
        errors = folder("sandbox") / "stderr.txt"
        command = [
            sys.executable,
            "-m",
            "leadwright_sandbox",
            *("--hubspot-port", "0", "--salesforce-port", "0"),
            *options,
        ]
        with errors.open("w") as stderr:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)
        line = _first_line(process)
        if not line:
            process.kill()
            process.wait()
            said = errors.read_text()[-2000:]
            raise RuntimeError(f"the sandbox did not start ({' '.join(options)}): {said}")
        running.append(kind(json.loads(line), process))
        return running[-1]

    yield start
    for sandbox in running:  # all at once: each may take some seconds, and removes its files
        sandbox.process.terminate()
    for sandbox in running:
        sandbox.process.wait(timeout=60)


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], READY_SECONDS)
    return process.stdout.readline() if ready else ""
