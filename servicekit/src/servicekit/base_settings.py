"""The settings that every service reads, once, at its start."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SANDBOX_ISSUER = "https://sandbox.ashyq.example"


class IdentitySettings(BaseSettings):
    """Who issues the tokens that are believed, and whether the local sandbox may stand in for an issuer."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    environment: str = Field(default="production", validation_alias="ASHYQ_ENV")
    issuer: str = Field(validation_alias="ASHYQ_ISSUER")
    audience: str = Field(default="ashyq", validation_alias="ASHYQ_AUDIENCE")
    jwks_url: str = Field(validation_alias="ASHYQ_JWKS_URL")
    clock_file: Path | None = Field(default=None, validation_alias="ASHYQ_CLOCK_FILE")
    body_limit: int = Field(default=1024 * 1024, ge=1, validation_alias="ASHYQ_BODY_LIMIT")

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
    """The settings of a service with a database of its own."""

    database_url: str = Field(validation_alias="DATABASE_URL")
    sweep_seconds: float = Field(default=5.0, gt=0, validation_alias="ASHYQ_SWEEP_SECONDS")
    pool_size: int = Field(default=12, ge=1, le=100, validation_alias="ASHYQ_POOL_SIZE")
