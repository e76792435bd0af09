"""What it takes to reach a HubSpot account."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

from leadwright.connectors.addresses import require_private


class Credentials(BaseModel):
    """How to reach one HubSpot account.

    Attributes:
        url: address of the API; https, or a sandbox on this machine.
        token: a service key, or the access token of a private app.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    url: str = "https://api.hubapi.com"
    token: SecretStr

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        return require_private(value)

    @field_validator("token")
    @classmethod
    def _not_empty(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value().strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("is not a token: copy the service key or private app token as it is")
        return SecretStr(token)
