"""The settings that every service reads, once, at its start."""

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from verifier.notes import LOG, WITNESS, BadKey, parse_key
from verifier.signing import Signer

# By what the journals of a developer's machine are known; one that is open to the world bears its own host's name.
LOCAL_ORIGIN = "ashyq.localhost"
SANDBOX_ISSUER = "https://sandbox.ashyq.example"
# The ways to a mail server: as it is, encrypted once connected, encrypted from the start.
SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class IdentitySettings(BaseSettings):
    """Who issues the tokens that are believed, and whether the local sandbox may stand in for an issuer."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    environment: str = Field(default="production", validation_alias="ASHYQ_ENV")
    issuer: str = Field(validation_alias="ASHYQ_ISSUER")
    audience: str = Field(default="ashyq", validation_alias="ASHYQ_AUDIENCE")
    jwks_url: str = Field(validation_alias="ASHYQ_JWKS_URL")
    clock_file: Path | None = Field(default=None, validation_alias="ASHYQ_CLOCK_FILE")
    body_limit: int = Field(default=1024 * 1024, ge=1, validation_alias="ASHYQ_BODY_LIMIT")
    file_limit: int = Field(default=20 * 1024 * 1024, ge=1, validation_alias="ASHYQ_FILE_LIMIT")

    @property
    def local(self) -> bool:
        return self.environment == "local"

    @model_validator(mode="after")
    def _sandbox_stays_local(self) -> Self:
        if self.local:
            return self
        if self.issuer == SANDBOX_ISSUER:
            raise ValueError("the sandbox issuer is believed only where ASHYQ_ENV=local; name a real ASHYQ_ISSUER")
        if self.clock_file is not None:
            raise ValueError("legal time can be moved only where ASHYQ_ENV=local; remove ASHYQ_CLOCK_FILE")
        return self


class ServiceSettings(IdentitySettings):
    """The settings of a service with a database of its own.

    The token address, client id and secret are those by which the issuer knows the service itself (OAuth 2.0 client
    credentials); a service that calls no other needs none. The journal key, as C2SP signed-note writes a private key,
    names the journal and signs its checkpoints; the witness is where they are cosigned, and its public key. The last
    five set up the channels by which notices leave the house; none has to be there.
    """

    token_url: str | None = Field(default=None, validation_alias="ASHYQ_TOKEN_URL")
    client_id: str | None = Field(default=None, validation_alias="ASHYQ_CLIENT_ID")
    client_secret: SecretStr | None = Field(default=None, validation_alias="ASHYQ_CLIENT_SECRET")
    database_url: str = Field(validation_alias="DATABASE_URL")
    sweep_seconds: float = Field(default=5.0, gt=0, validation_alias="ASHYQ_SWEEP_SECONDS")
    pool_size: int = Field(default=12, ge=1, le=100, validation_alias="ASHYQ_POOL_SIZE")
    journal_key: SecretStr = Field(validation_alias="ASHYQ_JOURNAL_KEY")
    seal_seconds: float = Field(default=1.0, gt=0, validation_alias="ASHYQ_SEAL_SECONDS")
    witness_url: str | None = Field(default=None, validation_alias="ASHYQ_WITNESS_URL")
    witness_key: str | None = Field(default=None, validation_alias="ASHYQ_WITNESS_KEY")
    sms_url: str | None = Field(default=None, validation_alias="ASHYQ_SMS_URL")
    sms_secret: SecretStr | None = Field(default=None, validation_alias="ASHYQ_SMS_SECRET")
    smtp_url: SecretStr | None = Field(default=None, validation_alias="ASHYQ_SMTP_URL")
    mail_from: str | None = Field(default=None, validation_alias="ASHYQ_MAIL_FROM")
    webhook_secret: SecretStr | None = Field(default=None, validation_alias="ASHYQ_WEBHOOK_SECRET")

    @model_validator(mode="after")
    def _journal_is_whole(self) -> Self:
        try:
            key = Signer.parse(self.journal_key.get_secret_value()).key
        except BadKey as error:
            raise ValueError("ASHYQ_JOURNAL_KEY is no private key; `ashyq journal-key NAME` makes one") from error
        if key.algorithm != LOG:
            raise ValueError("ASHYQ_JOURNAL_KEY is a witness's; `ashyq journal-key NAME` makes a journal's")
        if key.name.startswith(f"{LOCAL_ORIGIN}/") and not self.local:
            raise ValueError("a journal of a local stack is kept only where ASHYQ_ENV=local; make an ASHYQ_JOURNAL_KEY")
        if (self.witness_url is None) != (self.witness_key is None):
            raise ValueError("a witness is named by both ASHYQ_WITNESS_URL and ASHYQ_WITNESS_KEY")
        if self.witness_key is not None:
            try:
                kind = parse_key(self.witness_key).algorithm
            except BadKey as error:
                raise ValueError(f"ASHYQ_WITNESS_KEY is no public key of a witness: {error}") from error
            if kind != WITNESS:
                raise ValueError("ASHYQ_WITNESS_KEY is a journal's; a witness shows its own at /key")
        return self

    @model_validator(mode="after")
    def _channels_are_whole(self) -> Self:
        if (self.sms_url is None) != (self.sms_secret is None):
            raise ValueError("text messages need both ASHYQ_SMS_URL and ASHYQ_SMS_SECRET")
        if (self.smtp_url is None) != (self.mail_from is None):
            raise ValueError("e-mail needs both ASHYQ_SMTP_URL and ASHYQ_MAIL_FROM")
        if self.smtp_url is not None and urlsplit(self.smtp_url.get_secret_value()).scheme not in SMTP_PORTS:
            raise ValueError(f"ASHYQ_SMTP_URL begins with one of {', '.join(SMTP_PORTS)}")
        return self
