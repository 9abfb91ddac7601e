"""Alembic's way in to a database that holds the kit's tables alone."""

from servicekit.migrations.running import run_environment
from sqlalchemy import MetaData

run_environment(MetaData())
