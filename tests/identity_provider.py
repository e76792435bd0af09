"""A small OpenID Connect provider on this machine: whoever comes is signed in at once as the person who is set."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "leadwright-dashboards"


@dataclass
class Provider:
    """A provider that is up.

    Attributes:
        claims: what it says of the next person who signs in.
    """

    url: str
    claims: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    nonces: dict[str, str] = field(default_factory=dict)

    def secrets(self, dashboards: str) -> str:
        """The text of secrets.toml for dashboards that are reached by the address `dashboards`."""
        return (
            f'[auth]\nredirect_uri = "{dashboards}oauth2callback"\ncookie_secret = "{"c" * 40}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "known to both"\n'
            f'server_metadata_url = "{self.url}/.well-known/openid-configuration"\n'
        )

    def answer(self, path: str, asked: dict[str, str]) -> tuple[str, Any]:
        """Where to go, or what to say, for a request."""
        if path == "/authorize":
            code = f"code-{len(self.nonces)}"
            self.nonces[code] = asked.get("nonce", "")
            return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", None
        if path == "/token":
            return "", {
                "access_token": "none",
                "token_type": "Bearer",
                "id_token": self._token(asked["code"]),
            }
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return "", {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}
        return "", {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _token(self, code: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 600}
        return jwt.encode(
            {**claims, "nonce": self.nonces[code], **self.claims},
            self.key,
            algorithm="RS256",
            headers={"kid": "one"},
        )


@contextmanager
def signing_in() -> Iterator[Provider]:
    """A provider on a free port of this machine, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._respond(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._respond(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _respond(self, text: str) -> None:
            asked = {name: values[0] for name, values in parse_qs(text).items()}
            target, said = provider.answer(urlsplit(self.path).path, asked)
            body = json.dumps(said).encode()
            self.send_response(302 if target else 200)
            self.send_header("Location" if target else "Content-Type", target or "application/json")
            self.send_header("Content-Length", str(0 if target else len(body)))
            self.end_headers()
            if not target:
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://localhost:{server.server_port}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
