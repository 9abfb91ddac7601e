"""Alembic's way in: what is migrated, and by whom."""

from registry.tables import metadata
from servicekit.migrations.running import run_environment

run_environment(metadata)
