"""A proxy that answers for the services' own host names, for programs whose address is fixed in their code.

Such a program is pointed at it by its environment (HTTPS_PROXY, and the certificate authority to trust): a call to
https://api.hubapi.com or https://login.salesforce.com then arrives at the sandbox. No other host is reached.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Mapping

SERVICES = {"hubapi.com": "hubspot", "salesforce.com": "salesforce"}
CERTIFIED = ("*.hubapi.com", "*.salesforce.com", "*.my.salesforce.com", "*.sandbox.my.salesforce.com")
CONNECT = re.compile(rb"CONNECT ([a-zA-Z0-9.-]+):443 HTTP/1\.[01]\r\n")
MOST_HEAD_BYTES = 16_384
CHUNK_BYTES = 1 << 16
REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Proxy:
    """Passes the bytes of `CONNECT host:443` on to the port that serves this host's CRM over TLS."""

    def __init__(self, listening: socket.socket, ports: Mapping[str, int]) -> None:
        """`ports`: CRM -> its TLS port on this machine."""
        self.socket = listening
        self._ports = ports

    @property
    def url(self) -> str:
        """What HTTPS_PROXY is set to."""
        host, port = self.socket.getsockname()
        return f"http://{host}:{port}"

    async def start(self) -> asyncio.Server:
        """Answer from now on, until the server is closed."""
        return await asyncio.start_server(self._serve, sock=self.socket, limit=MOST_HEAD_BYTES)

    def port_for(self, head: bytes) -> int | None:
        """Where a request's head leads to; None where it is no host of a CRM."""
        asked = CONNECT.match(head)
        host = asked[1].decode().lower() if asked else ""
        crm = next((crm for domain, crm in SERVICES.items() if host.endswith(f".{domain}")), None)
        return self._ports.get(crm) if crm else None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            port = self.port_for(await reader.readuntil(b"\r\n\r\n"))
            if port is None:
                writer.write(REFUSED)
                await writer.drain()
                return
            behind, ahead = await asyncio.open_connection(self.socket.getsockname()[0], port)
            writer.write(OPEN)
            await asyncio.gather(_pass_on(reader, ahead), _pass_on(behind, writer))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # the caller has gone, or speaks something else: there is nobody to tell
        finally:
            writer.close()


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copy until one side ends; then the other one ends as well."""
    try:
        while chunk := await source.read(CHUNK_BYTES):
            target.write(chunk)
            await target.drain()
    except ConnectionError:
        pass  # a cut connection is passed on as one
    finally:
        target.close()
