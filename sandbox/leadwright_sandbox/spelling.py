"""Names of headers on the wire, as the services spell them: a client that looks for one letter by letter finds it
there, and must find it here, and one that wants small letters must not.
"""

from __future__ import annotations

from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What is not simply each word with a capital; those of HubSpot and Salesforce as they were recorded.
_OWN = {
    name.lower().encode(): name.encode()
    for name in (
        "ETag",
        "WWW-Authenticate",
        "Sforce-Limit-Info",
        "Sforce-Locator",
        "Sforce-NumberOfRecords",
        *(
            f"X-HubSpot-RateLimit-{name}"
            for name in (
                "Daily",
                "Daily-Remaining",
                "Interval-Milliseconds",
                "Max",
                "Remaining",
                "Secondly",
                "Secondly-Remaining",
            )
        ),
    )
}


@lru_cache(maxsize=256)
def spelled(name: bytes) -> bytes:
    """The name of a header, given in any spelling."""
    lowered = name.lower()
    return _OWN.get(lowered) or b"-".join(word.capitalize() for word in lowered.split(b"-"))


def well_spelled(app: ASGIApp) -> ASGIApp:
    """`app`, its answers with the services' names of headers: Starlette turns all to small letters."""

    async def spelling(scope: Scope, receive: Receive, send: Send) -> None:
        async def spell(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [(spelled(bytes(name)), value) for name, value in message.get("headers", ())]
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, spell)

    return spelling
