"""`python -m servicekit.migrations appeals`: bring the database at MIGRATION_DATABASE_URL up to date, as its owner."""

import os
import sys

from servicekit.migrations.running import SchemaIsNewer, upgrade

if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and the package of the service
        sys.exit("Name the package of a service: python -m servicekit.migrations appeals")
    try:
        upgrade(sys.argv[1], os.environ["MIGRATION_DATABASE_URL"])
    except SchemaIsNewer as error:
        sys.exit(str(error))
