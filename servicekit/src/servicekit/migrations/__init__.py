"""Schema migrations: the kit's own branch, and how a service's branch and this one are run together."""
