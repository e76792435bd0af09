"""Who gets an answer from the dashboards, whom they ask, and what they know: a real server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests import dashboard_marts as marts
from tests.installation import COMMAND, ROOT
from tests.prefect_server import eventually

SECRET = "pat-na1-never-in-a-dashboard"
NAMED = "leads.acme.example"
PATHS = ("/", "/_stcore/health", "/media/0f3a.csv", "/lead?lead=lead-001")

# Read by the interpreter as it starts: notes whom the process looks up and connects to, and lets nobody outside answer.
_RECORDER = """
import os, socket
log = os.environ["PYTHONRECORD"]
_lookup, _connect = socket.getaddrinfo, socket.socket.connect

def note(what):
    with open(log, "a") as file:
        file.write(f"{what}\\n")

def getaddrinfo(host, *more, **named):
    if host not in (None, "", "localhost", "127.0.0.1", "::1", b"localhost"):
        note(f"lookup {host}")
        raise socket.gaierror(socket.EAI_NONAME, "nobody is asked in tests")
    return _lookup(host, *more, **named)

def connect(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("localhost", "127.0.0.1", "::1"):
        note(f"connect {address}")
        raise OSError("nobody is asked in tests")
    return _connect(self, address)

socket.getaddrinfo, socket.socket.connect = getaddrinfo, connect
"""


@dataclass(frozen=True)
class Served:
    """Dashboards that are up: their port, their process, and whom they asked outside so far."""

    port: int
    process: subprocess.Popen[bytes]
    record: Path

    def get(self, path: str, host: str, **headers: str) -> int:
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.get(url, headers={"Host": host, **headers}, timeout=30).status_code

    def shake_hands(self, host: str, origin: str | None = None) -> str:
        """The first line of the answer to a WebSocket handshake."""
        lines = [
            "GET /_stcore/stream HTTP/1.1",
            f"Host: {host}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: streamlit",
            *([f"Origin: {origin}"] if origin else []),
        ]
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as caller:
            caller.sendall("\r\n".join([*lines, "", ""]).encode())
            return caller.recv(4096).decode("latin-1").splitlines()[0]

    def asked(self) -> str:
        return self.record.read_text() if self.record.exists() else ""


@contextmanager
def serving(home: Path, command: list[str], cwd: Path, port: int, **extra: str) -> Iterator[Served]:
    (home / "recorder").mkdir()
    (home / "recorder" / "sitecustomize.py").write_text(_RECORDER)
    marts.publish(home / "serving.duckdb", marts.full())
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LEADWRIGHT_")},
        "PYTHONPATH": f"{home / 'recorder'}:{ROOT}",
        "PYTHONRECORD": str(home / "asked.log"),
        "LEADWRIGHT_HOME": str(home),
        "LEADWRIGHT_DASHBOARD_HOSTS": f'["{NAMED}"]',
        **extra,
    }
    log = home / "served.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT)
    served = Served(port, process, home / "asked.log")
    try:
        eventually(lambda: process.poll() is not None or _is_up(port), "the dashboards' start", log, 120)
        assert process.poll() is None, log.read_text()
        yield served
    finally:
        process.terminate()
        process.wait(15)


def _is_up(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """What `leadwright dashboard` serves, started where a token is in the environment and one in `.env`."""
    home, place, port = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("place"), _free_port()
    (place / ".env").write_text(f"LEADWRIGHT_SALESFORCE_TOKEN={SECRET}\n")
    tokens = {"LEADWRIGHT_HUBSPOT_TOKEN": SECRET, "PREFECT_API_KEY": SECRET, "AWS_SECRET_ACCESS_KEY": SECRET}
    with serving(home, [*COMMAND, "dashboard", "--port", str(port)], place, port, **tokens) as dashboards:
        yield dashboards


@pytest.fixture(scope="module")
def served_directly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same pages by Streamlit's own command, on every address of the machine."""
    home, port = tmp_path_factory.mktemp("home"), _free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboards" / "app.py")]
    options = ["--server.port", str(port), "--server.address", "0.0.0.0"]
    with serving(home, [*command, *options], home, port) as dashboards:
        yield dashboards


@pytest.fixture(params=["served", "served_directly"])
def dashboards(request: pytest.FixtureRequest) -> Served:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Served)
    return found


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST.", NAMED])
def test_every_name_of_this_machine_and_every_named_one_is_answered(dashboards: Served, host: str) -> None:
    own = f"{host}:{dashboards.port}"
    assert [dashboards.get(path, own) for path in ("/", "/_stcore/health")] == [200, 200]
    assert " 101 " in dashboards.shake_hands(own, f"http://{own}")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.nip.io", "localhost.evil.example", "a@localhost", "", "0"]
)
def test_a_name_that_was_made_to_mean_this_machine_gets_nothing(dashboards: Served, host: str) -> None:
    foreign = f"{host}:{dashboards.port}"
    answers = [dashboards.get(path, foreign) for path in PATHS]
    assert [answer for answer in answers if answer < 400] == []
    assert " 101 " not in dashboards.shake_hands(foreign, f"http://{foreign}")
    assert " 101 " not in dashboards.shake_hands(foreign)
    assert dashboards.asked() == ""


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:1", "null", "https://", "//["])
def test_a_page_of_somebody_else_gets_nothing_and_nobody_outside_is_asked(
    dashboards: Served, origin: str
) -> None:
    own = f"localhost:{dashboards.port}"
    assert " 403 " in dashboards.shake_hands(own, origin)
    assert dashboards.get("/_stcore/health", own, Origin=origin) == 403
    assert dashboards.asked() == ""


def test_behind_a_proxy_that_hides_the_name_a_named_page_is_answered(dashboards: Served) -> None:
    assert " 101 " in dashboards.shake_hands(f"localhost:{dashboards.port}", f"https://{NAMED}")
    assert dashboards.asked() == ""


def test_the_process_knows_no_secret(served: Served) -> None:
    environment = Path(f"/proc/{served.process.pid}/environ").read_text()
    assert "LEADWRIGHT_HOME=" in environment
    assert SECRET not in environment
    assert not (Path(f"/proc/{served.process.pid}/cwd") / ".env").exists()
