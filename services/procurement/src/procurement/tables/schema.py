"""What all tables of procurement belong to."""

from sqlalchemy import MetaData

metadata = MetaData()
