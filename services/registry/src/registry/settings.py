"""What the registry reads from its environment."""

from servicekit.base_settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing of its own yet: the database, the issuer and the clock."""
