"""What the appeals service reads from its environment."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from servicekit.base_settings import ServiceSettings


class Settings(ServiceSettings):
    """Beside what every service reads: where the scanner of files is, as `tcp://host:port` or `unix:///path`."""

    clamd_url: str | None = Field(default=None, validation_alias="ASHYQ_CLAMD_URL")

    @model_validator(mode="after")
    def _scanner_has_an_address(self) -> Self:
        if self.clamd_url is not None:
            parts = urlsplit(self.clamd_url)
            if not (parts.scheme == "tcp" and parts.hostname and parts.port) and not (
                parts.scheme == "unix" and parts.path
            ):
                raise ValueError("ASHYQ_CLAMD_URL is tcp://host:port or unix:///path")
        return self
