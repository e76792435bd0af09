"""Where a CRM may be called: over TLS, or on this machine."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def require_private(url: str) -> str:
    """`url` without a slash at its end.

    Raises:
        ValueError: what is sent there could be read on the way, or it is no web address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or "\\" in url:
        raise ValueError("is no web address; it must start with https://")
    if parts.scheme == "http" and not _on_this_machine(parts.hostname):
        raise ValueError(
            "must start with https://: over http:// the token and every record could be read on the way. "
            "http:// is for a sandbox on this machine (127.0.0.1 or localhost)"
        )
    return url.rstrip("/")


def _on_this_machine(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
