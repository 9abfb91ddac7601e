"""The sandbox as a process of its own, for a local stack of many; run by `uvicorn --factory`."""

import sys
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.types import ASGIApp

from servicekit.base_settings import IdentitySettings
from servicekit.clock import SandboxClock
from servicekit.logs import configure_logs
from servicekit.neighbours import Neighbour
from stack.sandbox import SandboxIssuer, create_sandbox


class ServiceAddresses(BaseSettings):
    """Where the services are."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    appeals_url: str = Field(validation_alias="ASHYQ_APPEALS_URL")
    legal_acts_url: str = Field(validation_alias="ASHYQ_LEGAL_ACTS_URL")
    procurement_url: str = Field(validation_alias="ASHYQ_PROCUREMENT_URL")
    registry_url: str = Field(validation_alias="ASHYQ_REGISTRY_URL")

    @property
    def services(self) -> dict[str, Neighbour]:
        """In the order in which they are swept: a service comes after those that it calls."""
        return {
            "appeals": Neighbour(self.appeals_url),
            "legal-acts": Neighbour(self.legal_acts_url),
            "registry": Neighbour(self.registry_url),
            "procurement": Neighbour(self.procurement_url),
        }


class Settings(IdentitySettings):
    """Where the sandbox keeps its key, and the clock that it moves."""

    data: Path = Field(validation_alias="ASHYQ_DATA")
    clock_file: Path = Field(validation_alias="ASHYQ_CLOCK_FILE")


def create_app() -> ASGIApp:
    """The sandbox, by its environment."""
    configure_logs(sys.stderr)
    settings = Settings()
    issuer = SandboxIssuer(settings.data / "sandbox-key.json")
    return create_sandbox(settings, issuer, SandboxClock(settings.clock_file), ServiceAddresses().services)
