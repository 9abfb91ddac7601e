"""The addresses of appeals: HTTP in, one call, HTTP out."""

from appeals.routes import (
    agencies,
    anonymous,
    appeals,
    attachments,
    calendars,
    clocks,
    complaints,
    kinds,
    procedure,
    statistics,
)

# What names nobody comes first, since its address could be that of an appeal.
ROUTERS = [
    *(agencies.router, kinds.router, anonymous.router, appeals.router, clocks.router, procedure.router),
    *(calendars.router, attachments.router, complaints.router, statistics.router),
]
RECEIPTS = (*appeals.RECEIPTS, *complaints.RECEIPTS)
