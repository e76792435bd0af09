"""What it takes to reach a HubSpot account."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator, model_validator

from leadwright.connectors.addresses import require_private


class Credentials(BaseModel):
    """How to reach one HubSpot account.

    Attributes:
        url: address of the API; https, or a sandbox on this machine.
        token: a service key, or the access token of a private app.
        client_id: of an OAuth app that is installed in the account.
        client_secret: its secret.
        refresh_token: what its installation brought; the way in where all three are set.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    url: str = "https://api.hubapi.com"
    token: SecretStr | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        return require_private(value)

    @field_validator("token")
    @classmethod
    def _not_empty(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        token = value.get_secret_value().strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("is not a token: copy the service key or private app token as it is")
        return SecretStr(token)

    @model_validator(mode="after")
    def _one_way_in(self) -> Credentials:
        if self.token or self.can_renew:
            return self
        raise ValueError("HubSpot needs one of: token; or client_id, client_secret and refresh_token")

    @property
    def can_renew(self) -> bool:
        """Whether an access token that has ended can be replaced without a person."""
        return bool(self.client_id and self.client_secret and self.refresh_token)
