"""Alembic's way in to a database that holds the kit's tables alone."""

from sqlalchemy import MetaData

from servicekit.migrations.running import run_environment

run_environment(MetaData())
