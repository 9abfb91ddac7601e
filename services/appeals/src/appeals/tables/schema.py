"""What all tables of appeals belong to."""

from sqlalchemy import MetaData

metadata = MetaData()
