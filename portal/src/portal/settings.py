"""What the pages read from their environment."""

from base64 import b64decode
from binascii import Error
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

KEY_BYTES = 32


class Settings(BaseSettings):
    """Where the API is, where people sign in, and the key of cookies and forms.

    The key, 32 bytes in base64, is the gateway's too: by it the gateway believes whom the pages ask for. Without
    addresses to sign in at, those are taken that the issuer publishes (OpenID Connect Discovery 1.0); an address to
    authorize at without a host is one of ours. The public URL is the one that readers see, where that is not simply
    what they have asked for.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    environment: str = Field(default="production", validation_alias="ASHYQ_ENV")
    api_url: str | None = Field(default=None, validation_alias="ASHYQ_API_URL")
    key: SecretStr = Field(validation_alias="ASHYQ_PORTAL_KEY")
    issuer: str = Field(validation_alias="ASHYQ_ISSUER")
    authorize_url: str | None = Field(default=None, validation_alias="ASHYQ_AUTHORIZE_URL")
    token_url: str | None = Field(default=None, validation_alias="ASHYQ_TOKEN_URL")
    client_id: str = Field(default="portal", validation_alias="ASHYQ_CLIENT_ID")
    client_secret: SecretStr | None = Field(default=None, validation_alias="ASHYQ_CLIENT_SECRET")
    public_url: str | None = Field(default=None, validation_alias="ASHYQ_PUBLIC_URL")
    body_limit: int = Field(default=1024 * 1024, ge=1, validation_alias="ASHYQ_BODY_LIMIT")
    file_limit: int = Field(default=20 * 1024 * 1024, ge=1, validation_alias="ASHYQ_FILE_LIMIT")

    @property
    def local(self) -> bool:
        return self.environment == "local"

    @property
    def key_bytes(self) -> bytes:
        return b64decode(self.key.get_secret_value())

    @model_validator(mode="after")
    def _usable(self) -> Self:
        try:
            whole = len(b64decode(self.key.get_secret_value(), validate=True)) == KEY_BYTES
        except (Error, ValueError):
            whole = False
        if not whole:
            raise ValueError("ASHYQ_PORTAL_KEY is 32 bytes in base64, as `openssl rand -base64 32` makes them")
        if (self.authorize_url is None) != (self.token_url is None):
            raise ValueError("name both ASHYQ_AUTHORIZE_URL and ASHYQ_TOKEN_URL, or neither: the issuer publishes them")
        if self.public_url is None and not self.local:
            raise ValueError("name ASHYQ_PUBLIC_URL: what a request calls its host is not to be believed")
        return self
