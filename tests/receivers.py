"""A mail server and a web server on this machine that keep what they are sent, for tests of notices."""

from __future__ import annotations

import base64
import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, TypeVar

Server = TypeVar("Server", bound=socketserver.BaseServer)


class Mailbox(socketserver.ThreadingTCPServer):
    """An SMTP server that takes one user's mail, or refuses it."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, *, user: str = "leadwright", password: str = "pass-word") -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.letters: list[EmailMessage] = []
        self.login = f"\0{user}\0{password}"
        self.refuses = False

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Smtp(socketserver.StreamRequestHandler):
    server: Mailbox

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            match line.split()[0].upper():
                case "EHLO":
                    self.say("250-here", "250-8BITMIME", "250 AUTH PLAIN")
                case "AUTH":
                    fits = base64.b64decode(line.split()[2]).decode() == self.server.login
                    self.say("235 welcome" if fits else "535 your password is wrong: pass-word")
                case "DATA":
                    self.say("354 go on")
                    self._take()
                case "QUIT":
                    return self.say("221 bye")
                case "MAIL" if self.server.refuses:
                    self.say("550 no mail of yours")
                case _:
                    self.say("250 ok")
        return None

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.server.letters.append(letter)
        self.say("250 taken")


class Hooks(ThreadingHTTPServer):
    """A web server that keeps the JSON that is posted to it, and answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.posts: list[tuple[str, Any]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.may_answer = Event()
        self.may_answer.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Hook(BaseHTTPRequestHandler):
    server: Hooks

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.may_answer.wait(30)
        if self.server.status == 200:
            self.server.posts.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_args: object) -> None:
        """Nothing."""


@contextmanager
def running(server: Server) -> Iterator[Server]:
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
