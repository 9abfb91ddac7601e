"""What the gateway reads from its environment."""

from base64 import b64decode

from pydantic import Field, SecretStr

from servicekit.base_settings import IdentitySettings


class Settings(IdentitySettings):
    """Whose tokens are believed, where the services are, how long they may think, and how often one may ask.

    The addresses of services are for a gateway that is a process of its own. By their key the pages are believed for
    whom they ask. Limits are requests a minute; 0 is none.
    """

    answer_seconds: float = Field(default=30.0, gt=0, validation_alias="ASHYQ_ANSWER_SECONDS")
    appeals_url: str | None = Field(default=None, validation_alias="ASHYQ_APPEALS_URL")
    procurement_url: str | None = Field(default=None, validation_alias="ASHYQ_PROCUREMENT_URL")
    legal_acts_url: str | None = Field(default=None, validation_alias="ASHYQ_LEGAL_ACTS_URL")
    registry_url: str | None = Field(default=None, validation_alias="ASHYQ_REGISTRY_URL")
    portal_url: str | None = Field(default=None, validation_alias="ASHYQ_PORTAL_URL")
    portal_key: SecretStr | None = Field(default=None, validation_alias="ASHYQ_PORTAL_KEY")
    sandbox_url: str | None = Field(default=None, validation_alias="ASHYQ_SANDBOX_URL")
    subject_limit: int = Field(default=600, ge=0, validation_alias="ASHYQ_SUBJECT_LIMIT")
    address_limit: int = Field(default=1200, ge=0, validation_alias="ASHYQ_ADDRESS_LIMIT")
    search_limit: int = Field(default=30, ge=0, validation_alias="ASHYQ_SEARCH_LIMIT")
    limits_url: SecretStr | None = Field(default=None, validation_alias="ASHYQ_LIMITS_URL")
    metrics_port: int | None = Field(default=None, ge=1, le=65535, validation_alias="ASHYQ_METRICS_PORT")

    @property
    def portal_key_bytes(self) -> bytes | None:
        return None if self.portal_key is None else b64decode(self.portal_key.get_secret_value())

    @property
    def service_urls(self) -> dict[str, str]:
        """The services that have an address, by their names in the route table."""
        named = {
            "appeals": self.appeals_url,
            "procurement": self.procurement_url,
            "legal-acts": self.legal_acts_url,
            "registry": self.registry_url,
            "portal": self.portal_url,
            "sandbox": self.sandbox_url,
        }
        return {name: url for name, url in named.items() if url}
