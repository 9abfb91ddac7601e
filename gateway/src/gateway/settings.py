"""What the gateway reads from its environment."""

from pydantic import Field

from servicekit.base_settings import IdentitySettings


class Settings(IdentitySettings):
    """Whose tokens are believed, and how long a service may think."""

    answer_seconds: float = Field(default=30.0, gt=0, validation_alias="ASHYQ_ANSWER_SECONDS")
