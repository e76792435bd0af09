"""Prefect blocks of ours that send notices: by mail, and to webhooks that Slack or Teams read.

Prefect's own are loaded beside them (`via = "block"`). These are there because Prefect has none for a mail server, its
Slack block reaches Slack alone and reads what it is given as markup, and because neither needs anything stored: they
are made of settings too, where a run has no server of one's own. An address or a password is never in what they raise.
"""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Literal, cast

from prefect.blocks.abstract import NotificationBlock
from pydantic import Field, SecretStr

from leadwright.connectors.errors import host
from leadwright.notices.telling import SendError

_SECONDS = 10.0


class LeadwrightWebhook(NotificationBlock):
    """Sends text to an incoming webhook of Slack, of what speaks like it, or of Teams; nothing in it is markup."""

    _block_type_name = "Leadwright Webhook"
    _block_type_slug = "leadwright-webhook"

    url: SecretStr = Field(description="Address of the incoming webhook.")
    speaks: Literal["slack", "teams"] = Field(default="slack", description="Which of the two reads it.")

    def notify(self, body: str, subject: str | None = None) -> None:  # type: ignore[override]
        """Send `body` under `subject`."""
        payload = _for_slack if self.speaks == "slack" else _for_teams
        _post(self.url.get_secret_value(), payload(body, subject or ""))


class LeadwrightMail(NotificationBlock):
    """Sends mail through an SMTP server."""

    _block_type_name = "Leadwright Mail"
    _block_type_slug = "leadwright-mail"

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: SecretStr | None = None
    sender: str
    to: list[str]

    def notify(self, body: str, subject: str | None = None) -> None:  # type: ignore[override]
        """Send `body` under `subject`, as text."""
        self.send(subject or "", body)

    def send(self, subject: str, text: str, html: str | None = None) -> None:
        """Send a mail of text, and of HTML where there is some. Raises SendError."""
        letter = EmailMessage(policy=SMTP)
        letter["Subject"], letter["From"], letter["To"] = subject, self.sender, ", ".join(self.to)
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text)
        if html:
            letter.add_alternative(html, subtype="html")
        where = f"{self.host}:{self.port}"
        try:
            with self._signed_in() as server:
                server.send_message(letter)
        except smtplib.SMTPAuthenticationError as error:
            raise SendError(f"{where} refused user or password ({error.smtp_code})") from None
        except smtplib.SMTPResponseException as error:
            raise SendError(f"{where} refused the mail ({error.smtp_code})") from None
        except (smtplib.SMTPException, OSError) as error:
            raise SendError(f"{where} could not be reached or broke off ({type(error).__name__})") from None

    def _signed_in(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_SECONDS)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user and self.password:
                server.login(self.user, self.password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server


def _for_slack(body: str, subject: str) -> dict[str, Any]:
    """Plain text twice: `text` is what a phone shows, and what servers that speak like Slack read."""
    parts = [("header", subject)] if subject else []
    blocks = [
        {"type": kind, "text": {"type": "plain_text", "text": text, "emoji": False}}
        for kind, text in [*parts, ("section", body[:3000])]
    ]
    return {"text": f"{subject}\n{body}" if subject else body, "mrkdwn": False, "blocks": blocks}


def _for_teams(body: str, subject: str) -> dict[str, Any]:
    """A card whose lines are runs of text: those are shown as they are, and no Markdown is read in them."""
    lines = [(subject, {"weight": "Bolder", "size": "Large"})] if subject else []
    rows = [
        {
            "type": "RichTextBlock",
            "inlines": [{"type": "TextRun", "text": text, **look}],
        }
        for text, look in [*lines, *((line, {}) for line in body.splitlines() if line)]
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": rows,
        "msteams": {"width": "full"},
    }
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [content]}


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the address is a secret, and another server must not be given it."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing: the answer is taken as it is."""


def _post(url: str, payload: dict[str, Any]) -> None:
    """Send JSON. Not by httpx, which logs the address of each call."""
    if not url.startswith(("https://", "http://")):
        raise SendError("the webhook's address does not begin with https://")
    request = urllib.request.Request(
        url, json.dumps(payload).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    where = host(url)
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=_SECONDS):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise SendError(f"{where} answered {error.code}") from None
    except (OSError, ValueError) as error:
        why = cast(Any, error).reason if isinstance(error, urllib.error.URLError) else error
        raise SendError(f"{where} could not be reached ({type(why).__name__})") from None
