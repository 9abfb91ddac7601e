"""Alembic's way in: what is migrated, and by whom."""

from legal_acts.tables import metadata
from servicekit.migrations.running import run_environment

run_environment(metadata)
