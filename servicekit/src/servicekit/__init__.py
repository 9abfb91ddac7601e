"""What makes a process a service: app, database, journal, identity, idempotency, problems, paging, clock and sweeps.

It knows no law and names no domain concept: a module enters here only when two services need it.
"""
